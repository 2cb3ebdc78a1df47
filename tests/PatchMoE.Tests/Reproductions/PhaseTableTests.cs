using System.Text.Json.Nodes;
using PatchMoE.Cli.Experiments;
using PatchMoE.Cli.Reproductions;

namespace PatchMoE.Tests.Reproductions;

/// <summary>What is read off a map, on made-up results.</summary>
public sealed class PhaseTableTests
{
    private static readonly ReproductionOptions s_options = new(Quick: true, Seeds: 4, Epochs: null, Samples: [10, 20, 40, 80], Networks: [], DataFolder: null);

    [Test]
    public void Thresholds_AreTheLeastSettingsThatReachTheirShares_WithTheMostSamples()
    {
        PhaseTable table = Table(trial => (Accuracy: trial.Setting >= 5 && trial.Samples >= 40 ? 0.99 : 0.6, Hits: trial.Setting >= 4 ? 0.96 : 0.3));
        Assert.That(table.HitThreshold, Is.EqualTo(4));
        Assert.That(table.MapThreshold, Is.EqualTo(5));
        Assert.That(table.Needed(5).Value, Is.EqualTo(20 * Math.Sqrt(2)).Within(1e-9));
        Assert.That(table.Needed(4).Text, Is.EqualTo("> 80"));
        Assert.That(table.Inversions, Is.Empty);
    }

    [Test]
    public void AHitRateOfExactlyOneMinusAlpha_IsEnough()
    {
        double[] rates = [1, 0.9, 0.95, 0.95];
        Assert.That(Table(trial => (1, trial.Setting >= 3 ? rates[trial.Seed - 1] : 0.9)).HitThreshold, Is.EqualTo(3));
        Assert.That(Table(_ => (1, 0.9)).HitThreshold, Is.Null);
    }

    [Test]
    public void ADivergedTrial_DoesNotSucceed_AndAnUnfinishedOneDoesNotCount()
    {
        IReadOnlyList<PhaseTrial> trials = PhaseReproduction.Trials(PhasePlans.SeparatePatches, s_options);
        var table = new PhaseTable(trials, cell => trials.Single(trial => trial.Cell == cell) switch
        {
            { Seed: 1 } => new CellRecord("", new JsonObject { [TrainingCell.Diverged] = "a weight is infinite" }, 0),
            { Seed: 2 } => null,
            _ => new CellRecord("", new JsonObject { ["testAccuracy"] = 1.0 }, 0),
        });
        PhaseEntry entry = table.Find(4, 20)!;
        Assert.That((entry.Successes, entry.Accuracies.Count), Is.EqualTo((2, 3)));
        Assert.That(table.HitThreshold, Is.Null, "no hit rates");
    }

    [Test]
    public void AMapThatFallsWithMoreSamples_IsNotMonotone()
    {
        PhaseTable table = Table(trial => (trial.Setting == 5 && trial.Samples == 40 ? 0.6 : 1, 1));
        Assert.That(table.Inversions.Select(pair => (pair.Low.Setting, pair.Low.Samples, pair.High.Samples)), Is.EqualTo(new[] { (5, 20, 40) }));
        Assert.That(Table(trial => (trial.Seed == 1 && trial.Samples == 40 ? 0.6 : 1, 1)).Inversions, Is.Empty, "one trial of four is chance");
    }

    [Test]
    public void AResult_SaysWhatItFound()
    {
        PhaseTable table = Table(trial => (trial.Setting >= 4 && trial.Samples >= 10 * trial.Setting / 3 ? 0.99 : 0.6, trial.Setting >= 4 ? 1 : 0.1));
        var result = new PhaseResult(PhasePlans.SeparatePatches, EmbeddedSpecs.Read(PhasePlans.SeparatePatches.Spec), table);
        Assert.That(result.BuiltThreshold, Is.EqualTo(4));
        Assert.That(result.Growth.Points.Select(point => point.Setting), Is.All.GreaterThanOrEqualTo(4));
        Assert.That(result.Growth.Fit!.Exponent, Is.Positive);
        Assert.That(result.Findings[0], Does.StartWith("l* is 4 by the routers' hit rate at N = 80").And.Contain("4 by the map").And.Contain("4 by construction"));
        Assert.That(result.ToMarkdown(), Does.Contain("| samples \\ l | 2 | 3 | 4 |").And.Contain("| needed N |").And.Contain("| hit rate |"));
    }

    private static PhaseTable Table(Func<PhaseTrial, (double Accuracy, double Hits)> make)
    {
        IReadOnlyList<PhaseTrial> trials = PhaseReproduction.Trials(PhasePlans.SeparatePatches, s_options);
        return new PhaseTable(trials, cell =>
        {
            PhaseTrial trial = trials.Single(one => one.Cell == cell);
            (double accuracy, double hits) = make(trial);
            return new CellRecord("", new JsonObject { ["testAccuracy"] = accuracy, ["routerHitRate"] = hits }, 0);
        });
    }
}
