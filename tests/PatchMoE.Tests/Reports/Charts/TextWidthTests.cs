namespace PatchMoE.Tests;

public sealed class TextWidthTests
{
    [Test]
    public void TextsThatFit_StayAsTheyAre_OthersAreCut()
    {
        Assert.That(TextWidth.Fit("joint", 200), Is.EqualTo("joint"));
        string cut = TextWidth.Fit("a long name of a network", 80);
        Assert.That(cut, Does.EndWith("…").And.StartWith("a long"));
        Assert.That(TextWidth.Of(cut), Is.LessThanOrEqualTo(80));
    }

    [Test]
    public void ACut_DividesNoSurrogatePair()
    {
        for (int width = 0; width < 60; width++)
        {
            string cut = TextWidth.Fit("😀😀😀😀", width);
            Assert.That(cut.EnumerateRunes(), Has.None.EqualTo(System.Text.Rune.ReplacementChar));
        }
    }

    [Test]
    public void Lines_AreBrokenAtSpaces()
    {
        IReadOnlyList<string> lines = TextWidth.Wrap("the needed samples against the number of patches", 150);
        Assert.That(string.Join(' ', lines), Is.EqualTo("the needed samples against the number of patches"));
        Assert.That(lines, Has.Count.GreaterThan(1));
        Assert.That(lines.Select(line => TextWidth.Of(line)), Is.All.LessThanOrEqualTo(150));
    }
}
