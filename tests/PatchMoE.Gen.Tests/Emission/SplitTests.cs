using PatchMoE.Gen.Planning;

namespace PatchMoE.Gen.Tests.Emission;

/// <summary>How patches are cut into register tiles.</summary>
public sealed class SplitTests
{
    private static readonly ByWidth<int> s_onePanel = new(Wide: 1, Narrow: 2);
    private static readonly ByWidth<int> s_fourPanels = new(Wide: 4, Narrow: 2);

    [Test]
    public void Downwards_ReachesEveryCountInTheFewestSteps([Range(1, 60)] int maximum, [Values(1, 2, 3, 4, 6)] int most)
    {
        EquatableArray<int> sizes = Split.Downwards(maximum, most);

        Assert.That(sizes[0], Is.EqualTo(Math.Min(maximum, most)));
        Assert.That(sizes[^1], Is.EqualTo(1), "any count can come");
        Assert.That(sizes, Is.Ordered.Descending);
        int tiles = 0;
        int left = maximum;
        foreach (int size in sizes)
        {
            tiles += left / size;
            left %= size;
        }

        Assert.That(tiles, Is.EqualTo((maximum + sizes[0] - 1) / sizes[0]), "the rest of the maximum is one tile");
    }

    [TestCase(3, ExpectedResult = 6)]
    [TestCase(6, ExpectedResult = 6)]
    [TestCase(7, ExpectedResult = 4, Description = "4 + 3, not 6 + 1")]
    [TestCase(12, ExpectedResult = 6)]
    [TestCase(13, ExpectedResult = 5, Description = "5 + 5 + 3")]
    [TestCase(16, ExpectedResult = 6, Description = "6 + 6 + 4")]
    [TestCase(49, ExpectedResult = 5, Description = "nine of 5 and one of 4")]
    [TestCase(64, ExpectedResult = 6)]
    [TestCase(601, ExpectedResult = 6, Description = "one patch of many does not matter")]
    public int Fitting_LeavesNoRestThatWaits(int count) => Split.Fitting(count, 6, s_fourPanels);

    [Test]
    public void Fitting_CostsTheOtherVectorUnitsNothing() =>
        Assert.That(Split.Fitting(49, 6, s_onePanel), Is.EqualTo(6), "with one vector per patch, 512-bit units wait in every tile: more of them take longer");
}
