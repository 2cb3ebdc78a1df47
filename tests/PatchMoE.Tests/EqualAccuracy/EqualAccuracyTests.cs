using PatchMoE.Cli.EqualAccuracy;
using PatchMoE.Cli.Experiments;
using PatchMoE.Cli.Reproductions;

namespace PatchMoE.Tests.EqualAccuracy;

/// <summary>When a network is as accurate as another, and what it has cost until then.</summary>
public sealed class EqualAccuracyTests
{
    [Test]
    public void ATarget_IsReachedByTheFirstEpochThatIsAtLeastAsAccurate()
    {
        var curve = new AccuracyCurve([0.5, 0.9, 0.8, 0.95], [0.4, 0.7, 0.85, 0.9]);
        Assert.That((curve.EpochsTo(0.9), curve.EpochsTo(0.91), curve.EpochsTo(0.96)), Is.EqualTo(((int?)2, (int?)4, (int?)null)));
        AccuracyCurve again = AccuracyCurve.Of(curve.ToJson());
        Assert.That((again.Watched, again.Tested), Is.EqualTo((curve.Watched, curve.Tested)));
    }

    [Test]
    public void WhatIsNeverReached_CountsAsInfinite()
    {
        Assert.That(MedianOverSeeds.Of([3, 1, null]), Is.EqualTo(new MedianOverSeeds(3, 1, 3, 2, 3)));
        Assert.That(MedianOverSeeds.Of([3, null, null]), Is.Null);
        Assert.That(MedianOverSeeds.Of([3, null]), Is.Null, "half of the seeds have no middle");
        Assert.That(MedianOverSeeds.Of([]), Is.Null);
    }

    /// <summary>mnist-joint: n = 16, d = 784, k = 8, l = 6, M = 5; mnist-separate: k = 2, l = 2, M = 20, routers first.</summary>
    [Test]
    public void TrainingFlops_AreCountedByHand()
    {
        const double router = 2 * 16 * 8 * 784;
        const double experts = 2 * 8 * 6 * 5 * 784;
        const double routerGradient = 2 * 8 * 6 * 784;
        const double head = 2 * 40;
        const double joint = 1010 * (router + (2 * experts) + routerGradient + (2 * head)) + (51 * 2 * (8 + 40) * 784);
        Assert.That(TrainingFlops.Of(EmbeddedSpecs.Read("mnist-joint"), samples: 1010, epochs: 3), Is.EqualTo(3 * joint).Within(1));

        PatchMoESpec separate = EmbeddedSpecs.Read("mnist-separate");
        double routers = (1010.0 * 16 * 784) + (100 * ((1010.0 * 2 * 784) + (51 * 4 * 784)));
        Assert.That(TrainingFlops.Of(separate, 1010, 5) - (5 * TrainingFlops.Of(separate with { Training = separate.Training! with { Method = TrainingMethod.Single } }, 1010, 1)), Is.EqualTo(routers).Within(1));
    }

    [Test]
    public void TheTarget_IsTheComparedNetworksAccuracyAtItsEnd_WithTheSameSeed()
    {
        AccuracyTrial[] trials = [Trial("mnist-cnn", 1), Trial("mnist-joint", 1), Trial("mnist-cnn", 2), Trial("mnist-joint", 2)];
        var results = new Dictionary<string, AccuracyCurve>
        {
            [trials[0].Cell.Identity] = new([0.5, 0.8], [0.5, 0.7]),
            [trials[1].Cell.Identity] = new([0.8, 0.9], [0.75, 0.85]),
            [trials[3].Cell.Identity] = new([0.8, 0.9], [0.75, 0.85]),
        };
        CellRecord? Find(ICell cell) => results.TryGetValue(cell.Identity, out AccuracyCurve? curve) ? new CellRecord(cell.Title, curve.ToJson(), 1) : null;
        IReadOnlyList<EqualTrial> equal = EqualTrial.Of(trials, "mnist-cnn", Find);
        Assert.That(equal.Select(trial => (trial.Trial.Network, trial.Trial.Seed)), Is.EqualTo(new[] { ("mnist-cnn", 1), ("mnist-joint", 1) }), "seed 2 has no target yet");
        Assert.That(equal.Select(trial => (trial.Epochs, trial.Tested)), Is.EqualTo(new (int?, double?)[] { (2, 0.7), (1, 0.75) }));
        Assert.That(equal[0].Flops, Is.EqualTo(TrainingFlops.Of(trials[0].Cell.Spec, 1000, 2)));
    }

    private static AccuracyTrial Trial(string network, int seed)
    {
        PatchMoESpec spec = EmbeddedSpecs.Read(network);
        return new AccuracyTrial(network, seed, new AccuracyCell(network, spec with { Training = spec.Training! with { Seed = seed } }, "data"));
    }
}
