namespace PatchMoE.Tests;

public sealed class HitCurveTests
{
    private static readonly int[] s_patches = [1, 2, 3, 4];

    [Test]
    public void Rates_AreMeansOverTheNetworks()
    {
        HitCurve curve = Of(0.05, Ranks((1, 60), (2, 40)), Ranks((1, 20), (3, 80)));
        Assert.That(curve.Points.Select(point => point.Rate), Is.EqualTo(new[] { 0.4, 0.6, 1, 1 }).Within(1e-12));
        Assert.That(curve.Networks, Is.EqualTo(2));
    }

    /// <summary>1 − α is reached by exactly that share.</summary>
    [TestCase(95, 0.05, 1)]
    [TestCase(94, 0.05, 2)]
    [TestCase(94, 0.06, 1)]
    [TestCase(70, 0.3, 1)]
    [TestCase(69, 0.3, 2)]
    public void Threshold_IsTheSmallestLThatReachesOneMinusAlpha(int hits, double alpha, int expected) =>
        Assert.That(Of(alpha, Ranks((1, hits), (2, 100 - hits))).Threshold.PatchesPerExpert, Is.EqualTo(expected));

    [Test]
    public void Threshold_IsNullWhereNoLReachesIt()
    {
        HitThreshold threshold = Of(0.05, Ranks((1, 50), (5, 50))).Threshold;
        Assert.That((threshold.PatchesPerExpert, threshold.Low, threshold.High), Is.EqualTo(((int?)null, (int?)null, (int?)null)));
    }

    /// <summary>96 of 100 hits with l = 1, of which 95 are needed: chance decides, and the next l is safe.</summary>
    [Test]
    public void Interval_HoldsTheThresholdsThatChanceAllows()
    {
        HitThreshold threshold = Of(0.05, Ranks((1, 96), (2, 4))).Threshold;
        Assert.That((threshold.PatchesPerExpert, threshold.Low, threshold.High), Is.EqualTo(((int?)1, (int?)1, (int?)2)));
    }

    /// <summary>The interval of one network is that of a binomial share; networks that differ widen it.</summary>
    [Test]
    public void Band_FollowsTheSamplesAndTheNetworks()
    {
        HitPoint one = Of(0.05, Ranks((1, 800), (2, 200))).Points[0];
        double error = Math.Sqrt(0.8 * 0.2 / 1000);
        Assert.That(one.Low, Is.EqualTo(0.8 - (1.96 * error)).Within(0.3 * error));
        Assert.That(one.High, Is.EqualTo(0.8 + (1.96 * error)).Within(0.3 * error));

        HitPoint differing = Of(0.05, Ranks((1, 600), (2, 400)), Ranks((1, 1000))).Points[0];
        Assert.That(differing.Low, Is.LessThan(0.62));
        Assert.That(differing.High, Is.EqualTo(1));
    }

    [Test]
    public void Draws_DependOnTheSeedAlone()
    {
        HitRanks[] networks = [Ranks((1, 83), (2, 11), (3, 6)), Ranks((1, 71), (2, 29))];
        HitCurve first = Of(0.05, networks);
        Assert.That(Of(0.05, networks).Points, Is.EqualTo(first.Points));
        Assert.That(HitCurve.Of(s_patches, [.. s_patches.Select(_ => networks)], 0.05, 2).Points, Is.Not.EqualTo(first.Points));
    }

    /// <summary>Networks trained for each l: every l has its own ranks.</summary>
    [Test]
    public void EachL_CanHaveNetworksOfItsOwn()
    {
        HitRanks[][] networks = [[Ranks((1, 100))], [Ranks((3, 100))], [Ranks((1, 97), (4, 3))], [Ranks((4, 100))]];
        HitCurve curve = HitCurve.Of(s_patches, networks, 0.05, 1);
        Assert.That(curve.Points.Select(point => point.Rate), Is.EqualTo(new[] { 1, 0, 0.97, 1 }));
    }

    private static HitCurve Of(double alpha, params HitRanks[] networks) => HitCurve.Of(s_patches, [.. s_patches.Select(_ => networks)], alpha, 1);

    private static HitRanks Ranks(params (int Rank, int Count)[] groups)
    {
        int[] ranks = [.. groups.SelectMany(group => Enumerable.Repeat(group.Rank, group.Count))];
        return new HitRanks(4, ranks, [.. ranks.Select((_, i) => i % 2 == 0)]);
    }
}
