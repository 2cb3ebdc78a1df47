namespace PatchMoE.Tests;

public sealed class HitRanksTests
{
    private static readonly SyntheticDataSpec s_data = new(5, 0.3, 0.5, 50, 300);

    /// <summary>One pass that takes every patch says what a network with any l would hit.</summary>
    [Test]
    public void HitRate_IsThatOfTheNetworkWithThatL([Values(1, 2, 3)] int experts)
    {
        Dataset test = DataLoader.Load(Spec(experts, 4), null, 1, ".").Test;
        HitRanks ranks = HitRanks.Measure(new CpuEngine(new LoopModel(Spec(experts, 4)), 1), test);
        double?[] expected = [.. Enumerable.Range(1, 4).Select(l => new Evaluator(new CpuEngine(new LoopModel(Spec(experts, l)), 1)).HitRate(test))];
        Assert.That(Enumerable.Range(1, 4).Select(ranks.HitRate), Is.EqualTo(expected));
        Assert.That(expected[0], Is.GreaterThan(0).And.LessThan(1));
        Assert.That(expected[3], Is.EqualTo(1));
    }

    [Test]
    public void HitRates_OfTheClasses_AddUp()
    {
        Dataset test = DataLoader.Load(Spec(2, 4), null, 1, ".").Test;
        HitRanks ranks = HitRanks.Measure(new CpuEngine(new LoopModel(Spec(2, 4)), 1), test);
        Assert.That((ranks.HitRate(2, positive: true) + ranks.HitRate(2, positive: false)) / 2, Is.EqualTo(ranks.HitRate(2)).Within(1e-12), "half the samples are of each class");
        Assert.That(ranks.HitRate(2, positive: true), Is.Not.EqualTo(ranks.HitRate(2, positive: false)));
    }

    [Test]
    public void UnknownPatches_AreLeftOut()
    {
        Dataset all = DataLoader.Load(Spec(2, 4), null, 1, ".").Test;
        int[] half = [.. all.DiscriminativePatches.ToArray().Select((patch, i) => i % 2 == 0 ? patch : -1)];
        var data = new Dataset(all.InputShape, all.Inputs.ToArray(), all.Labels.ToArray(), null, half);
        using var engine = new CpuEngine(new LoopModel(Spec(2, 4)), 1);
        HitRanks ranks = HitRanks.Measure(engine, data);
        Assert.That(ranks.Ranks, Is.EqualTo(HitRanks.Measure(engine, all).Ranks.Where((_, i) => i % 2 == 0)));
        Assert.That(() => HitRanks.Measure(engine, new Dataset(all.InputShape, all.Inputs.ToArray(), all.Labels.ToArray())), Throws.ArgumentException);
    }

    [Test]
    public void ANetworkThatTakesAPart_IsRefused() => Assert.That(
        () => HitRanks.Measure(new CpuEngine(new LoopModel(Spec(2, 3)), 1), DataLoader.Load(Spec(2, 3), null, 1, ".").Test),
        Throws.ArgumentException.With.Message.Contains("3 of 4 patches"));

    /// <summary>With two experts the class decides whose order counts; with any other number the best one does.</summary>
    [Test]
    public void Rank_IsThatInTheOrderOfTheExpert()
    {
        Assert.That(RouterHits.Rank([0, 1, 2, 3, 2, 1], experts: 2, label: 1, patch: 2), Is.EqualTo(3));
        Assert.That(RouterHits.Rank([0, 1, 2, 3, 2, 1], experts: 2, label: -1, patch: 2), Is.EqualTo(2));
        Assert.That(RouterHits.Rank([0, 1, 2, 3, 2, 1], experts: 2, label: -1, patch: 0), Is.EqualTo(4));
        Assert.That(RouterHits.Rank([0, 1, 3, 2, 2, 0], experts: 3, label: 1, patch: 2), Is.EqualTo(1));
        Assert.That(RouterHits.Rank([0, 1, 3, 2, 2, 0], experts: 3, label: 1, patch: 9), Is.EqualTo(3));
    }

    private static PatchMoESpec Spec(int experts, int taken)
    {
        PatchMoESpec spec = Specs.Separate(Specs.Vectors, s_data, taken);
        HeadWeights head = experts == 2 ? HeadWeights.Sign : HeadWeights.Gaussian;
        return spec with
        {
            Model = spec.Model with { Layers = EquatableArray.Of(spec.Model.Layers[0] with { Experts = experts }), Head = spec.Model.Head with { Weights = head } },
        };
    }
}
