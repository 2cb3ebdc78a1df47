using PatchMoE.Cli.Bags;

namespace PatchMoE.Tests.Bags;

public sealed class AreaUnderCurveTests
{
    [TestCase(new[] { 1f, 2, 3, 4 }, new[] { false, false, true, true }, 1)]
    [TestCase(new[] { 4f, 3, 2, 1 }, new[] { false, false, true, true }, 0)]
    [TestCase(new[] { 1f, 1, 1, 1 }, new[] { false, true, false, true }, 0.5)]
    [TestCase(new[] { 1f, 2, 2, 3 }, new[] { false, false, true, true }, 0.875)]
    public void KnownValues(float[] scores, bool[] isPositive, double expected) => Assert.That(AreaUnderCurve.Of(scores, isPositive), Is.EqualTo(expected));

    /// <summary>The definition: all pairs of a positive and a negative sample, equal scores counting half.</summary>
    [Test]
    public void ItIsTheShareOfPairsInOrder()
    {
        var random = CounterRandom.ForName(3, "scores");
        for (ulong draw = 0; draw < 20; draw++)
        {
            float[] scores = [.. Enumerable.Range(0, 60).Select(i => (float)random.Integer((draw * 200) + (ulong)i, 8))];
            bool[] isPositive = [.. Enumerable.Range(0, 60).Select(i => random.Integer((draw * 200) + 100 + (ulong)i, 3) == 0)];
            double[] pairs =
            [
                .. from p in Enumerable.Range(0, 60)
                   from q in Enumerable.Range(0, 60)
                   where isPositive[p] && !isPositive[q]
                   select scores[p] > scores[q] ? 1.0 : scores[p] == scores[q] ? 0.5 : 0,
            ];
            Assert.That(AreaUnderCurve.Of(scores, isPositive), Is.EqualTo(pairs.Average()).Within(1e-12));
        }
    }

    [Test]
    public void WithoutBothKinds_OrWithNaN_ThereIsNone()
    {
        Assert.That(AreaUnderCurve.Of([1, 2], [true, true]), Is.NaN);
        Assert.That(AreaUnderCurve.Of([1, 2], [false, false]), Is.NaN);
        Assert.That(AreaUnderCurve.Of([1, float.NaN], [false, true]), Is.NaN);
    }
}
