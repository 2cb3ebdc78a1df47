using System.Xml.Linq;

namespace PatchMoE.Tests;

public sealed class PhaseMapTests
{
    private static readonly double[] s_samples = [100, 300];
    private static readonly double[] s_patches = [1, 2, 4];

    [Test]
    public void EveryCell_IsAsBrightAsItsShare_AndSaysWhatItMeans()
    {
        XElement svg = Draw(new(100, 1, 0), new(100, 2, 0.4, "N = 100, l = 2: 8 of 20 trials succeed"), new(300, 4, 1));

        XElement[] cells = Svg.Groups(svg, "cell");
        Assert.That(cells.Select(Svg.Hover), Is.EqualTo(new[] { "N 100, l 1: 0", "N = 100, l = 2: 8 of 20 trials succeed", "N 300, l 4: 1" }));
        Assert.That(cells.Select(cell => Svg.All(cell, "rect").Single().Attribute("fill")!.Value), Is.EqualTo(new[] { "#000000", "#666666", "#ffffff" }));
        Assert.That(cells.Select(cell => Svg.Texts(cell).Single()), Is.EqualTo(new[] { "0", ".40", "1" }));
        Assert.That(cells.Select(cell => Svg.All(cell, "text").Single().Attribute("fill")!.Value), Is.EqualTo(new[] { "#ffffff", "#ffffff", "#000000" }));
    }

    [Test]
    public void RowsGoUpwards_ColumnsToTheRight()
    {
        XElement svg = Draw(new(100, 1, 0.1), new(100, 4, 0.2), new(300, 1, 0.3));
        (double X, double Y)[] places = [.. Svg.Groups(svg, "cell").Select(cell => Svg.All(cell, "rect").Single()).Select(rect => (Svg.Number(rect, "x"), Svg.Number(rect, "y")))];
        Assert.That(places[1].X, Is.GreaterThan(places[0].X));
        Assert.That(places[1].Y, Is.EqualTo(places[0].Y));
        Assert.That(places[2].X, Is.EqualTo(places[0].X));
        Assert.That(places[2].Y, Is.LessThan(places[0].Y));
    }

    [Test]
    public void MissingCells_AreHatchedInsideTheirRectangle_AndInTheKey()
    {
        XElement svg = Draw(new PhaseCell(100, 1, 0.5));

        XElement[] missing = Svg.Groups(svg, "missing");
        Assert.That(missing.Select(Svg.Hover).Order(), Is.EqualTo(new[] { "N 100, l 2: no result", "N 100, l 4: no result", "N 300, l 1: no result", "N 300, l 2: no result", "N 300, l 4: no result", "no result" }));
        foreach (XElement cell in missing)
        {
            XElement rect = Svg.All(cell, "rect").Single();
            (double left, double top) = (Svg.Number(rect, "x"), Svg.Number(rect, "y"));
            string[] ends = Svg.All(cell, "path").Single().Attribute("d")!.Value.Split(['M', 'L'], StringSplitOptions.RemoveEmptyEntries);
            Assert.That(ends, Is.Not.Empty);
            foreach (string end in ends)
            {
                double[] place = [.. end.Split(' ').Select(number => double.Parse(number, System.Globalization.CultureInfo.InvariantCulture))];
                Assert.That(place[0], Is.InRange(left - 0.01, left + Svg.Number(rect, "width") + 0.01));
                Assert.That(place[1], Is.InRange(top - 0.01, top + Svg.Number(rect, "height") + 0.01));
            }
        }
    }

    [Test]
    public void ACompleteMap_HasNoHatchingInItsKey()
    {
        PhaseCell[] cells = [.. from row in s_samples from column in s_patches select new PhaseCell(row, column, 0.995)];
        XElement svg = Draw(cells);
        Assert.That(Svg.Groups(svg, "missing"), Is.Empty);
        Assert.That(Svg.Texts(svg), Does.Not.Contain("no result").And.Not.Contain("1.00"), "only 1 is written as 1");
    }

    [TestCase(200, 1, 0.5)]
    [TestCase(100, 3, 0.5)]
    [TestCase(100, 1, 1.5)]
    [TestCase(100, 1, double.NaN)]
    public void CellsThatAreNotInTheMap_OrHaveNoShare_AreRefused(double row, double column, double share) =>
        Assert.That(() => Draw(new PhaseCell(row, column, share)), Throws.ArgumentException.With.Message.Contains(FormattableString.Invariant($"row {row}, column {column}")));

    [Test]
    public void TheSameCellTwice_IsRefused() => Assert.That(() => Draw(new(100, 1, 0.5), new(100, 1, 0.6)), Throws.ArgumentException.With.Message.Contains("twice"));

    [Test]
    public void Marks_StandAtTheLeftEdgeOfTheirColumn()
    {
        PhaseMap map = new("Map", "N", s_samples, "l", s_patches, [new(100, 2, 0.5)]) { Marks = [new(2, "l* = 2")] };
        XElement svg = Svg.Parse(map.ToSvg());
        double cell = Svg.Number(Svg.All(Svg.Groups(svg, "cell").Single(), "rect").Single(), "x");
        Assert.That(Svg.All(svg, "line").Select(line => Svg.Number(line, "x1")), Is.EqualTo(new[] { cell }));
        Assert.That(() => (map with { Marks = [new(3, "no column")] }).ToSvg(), Throws.ArgumentException.With.Message.Contains("no column"));
    }

    [TestCase(0, 0)]
    [TestCase(1, 1)]
    [TestCase(40, 60)]
    [TestCase(2, 300)]
    public void MapsOfAnySize_AreWellFormed_WithAllTextsInside(int rows, int columns)
    {
        double[] rowValues = [.. Enumerable.Range(1, rows).Select(i => i * 1000.0)];
        double[] columnValues = [.. Enumerable.Range(1, columns).Select(i => i * 250.0)];
        PhaseCell[] cells = [.. from row in rowValues from column in columnValues.Skip(1) select new PhaseCell(row, column, 0.5)];
        XElement svg = Svg.Parse(new PhaseMap("<title> & more", "N <samples>", rowValues, new string('l', 400), columnValues, cells) { Key = new string('k', 300) }.ToSvg());
        Assert.That(Svg.Groups(svg, "cell"), Has.Length.EqualTo(cells.Length));
        Assert.That(Svg.Outside(svg), Is.Empty);
    }

    private static XElement Draw(params PhaseCell[] cells) => Svg.Parse(new PhaseMap("Map", "N", s_samples, "l", s_patches, cells).ToSvg());
}
