using System.Xml.Linq;

namespace PatchMoE.Tests;

public sealed class XyChartTests
{
    private const string Markup = "a <b> & \"c\" \u0001";
    private static readonly XyAxis s_samples = new("training samples N");
    private static readonly XyAxis s_accuracy = new("accuracy", High: 1);

    [Test]
    public void EveryPoint_SaysItsValues_AndStandsWhereTheyAre()
    {
        XElement svg = Draw(new XySeries("joint", [new(100, 0.8, 0.75, 0.85, "5 seeds"), new(300, 0.9), new(500, 1)]));

        XElement[] points = Svg.Groups(svg, "point");
        Assert.That(points.Select(Svg.Hover), Is.EqualTo(new[]
        {
            "joint: training samples N 100, accuracy 0.8 (0.75 to 0.85), 5 seeds",
            "joint: training samples N 300, accuracy 0.9",
            "joint: training samples N 500, accuracy 1",
        }));
        XElement[] targets = [.. points.Select(point => Svg.All(point, "circle").Single())];
        double[] x = [.. targets.Select(target => Svg.Number(target, "cx"))];
        double[] y = [.. targets.Select(target => Svg.Number(target, "cy"))];
        Assert.That(x[1] - x[0], Is.EqualTo(x[2] - x[1]).Within(0.02));
        Assert.That(y[0] - y[1], Is.EqualTo(y[1] - y[2]).Within(0.02).And.GreaterThan(10), "a higher accuracy is drawn higher");
        Assert.That(Svg.Texts(svg), Is.SupersetOf(new[] { "100", "300", "500" }), "measured settings are ticks");
    }

    [Test]
    public void ErrorBars_EndAtTheirValues_ButNotOutsideOfTheAxis()
    {
        XElement svg = Draw(new XySeries("joint", [new(100, 0.8, 0.6, 1.0), new(300, 0.9, 0.8, 1.0), new(500, 0.95, 0.6, 1.3)]));

        string[] bars = [.. Svg.Groups(svg, "point").Select(point => Svg.All(point, "path")[0].Attribute("d")!.Value)];
        string End(string bar) => bar.Split('V')[1].Split('M')[0];
        Assert.That(End(bars[2]), Is.EqualTo(End(bars[0])).And.EqualTo(End(bars[1])), "the bar to 1.3 stops at 1");
    }

    [Test]
    public void Bands_AreOneAreaEach_WithoutBars()
    {
        XySeries band = new("hits", [new(1, 0.5, 0.4, 0.6), new(2, 0.7, 0.6, 0.8), new(3, double.NaN), new(4, 0.9, 0.8, 1), new(5, 0.9, 0.8, 1)]) { IsBand = true };
        XElement svg = Draw(band);

        Assert.That(Svg.All(svg, "polygon"), Has.Length.EqualTo(2), "a gap divides it");
        Assert.That(Svg.All(svg, "polygon")[0].Attribute("points")!.Value.Split(' '), Has.Length.EqualTo(4));
        Assert.That(Svg.Groups(svg, "point"), Has.Length.EqualTo(4));
        Assert.That(Svg.Groups(svg, "point").SelectMany(point => Svg.All(point, "path")), Has.Exactly(4).Items, "markers only");
    }

    [Test]
    public void FittedGrowth_IsAStraightDashedLine_WithItsExponentInTheLegend()
    {
        (double X, double Y)[] points = [.. new double[] { 4, 16, 64 }.Select(n => (n, 10 * n * n))];
        XySeries series = new("CNN", [.. points.Select(point => new XyPoint(point.X, point.Y))]) { Fit = PowerLaw.Fit(points) };
        XElement svg = Svg.Parse(new XyChart("Growth", new XyAxis("n", true), new XyAxis("N", true), [series]).ToSvg());

        Assert.That(Svg.Texts(svg), Does.Contain("CNN: exponent 2.00 ± 0.00"));
        XElement line = Svg.All(svg, "polyline").Single(line => line.Parent == svg);
        Assert.That(line.Attribute("stroke-dasharray")!.Value, Is.Not.EqualTo("none"));
        string[] ends = line.Attribute("points")!.Value.Split(' ');
        string[] places = [.. Svg.Groups(svg, "point").Select(point => Svg.All(point, "circle").Single()).Select(circle => $"{circle.Attribute("cx")!.Value},{circle.Attribute("cy")!.Value}")];
        Assert.That(ends, Is.EqualTo(new[] { places[0], places[2] }), "it goes through points that follow the law");
        double[] x = [.. places.Select(place => double.Parse(place.Split(',')[0], System.Globalization.CultureInfo.InvariantCulture))];
        Assert.That(x[1] - x[0], Is.EqualTo(x[2] - x[1]).Within(0.02), "equal ratios, equal distances");
    }

    [TestCase(0)]
    [TestCase(-1)]
    public void LogarithmicAxes_RefuseValuesWithoutALogarithm(double value)
    {
        XyChart Chart(XyPoint point) => new("Growth", new XyAxis("n", true), new XyAxis("N", true), [new XySeries("CNN", [new(1, 1), point])]);
        Assert.That(() => Chart(new XyPoint(4, value)).ToSvg(), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains("above 0"));
        Assert.That(() => Chart(new XyPoint(value, 4)).ToSvg(), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains("above 0"));
    }

    [Test]
    public void ErrorBarsToZero_EndAtTheEdgeOfALogarithmicAxis()
    {
        XyChart chart = new("Growth", new XyAxis("n", true), new XyAxis("N", true), [new XySeries("CNN", [new(1, 10, -5, 20), new(4, 100)])]);
        XElement svg = Svg.Parse(chart.ToSvg());
        Assert.That(Svg.Hover(Svg.Groups(svg, "point")[0]), Does.Contain("(-5 to 20)"));
        Assert.That(svg.ToString(), Does.Not.Contain("NaN").And.Not.Contain("∞"));
    }

    [Test]
    public void Marks_AreLinesAtTheirValue()
    {
        XySeries series = new("hit rate", [new(1, 0.5), new(2, 0.9), new(3, 1)]);
        XElement svg = Svg.Parse(new XyChart("Hit rate", new XyAxis("l"), s_accuracy, [series]) { Marks = [new(2, "l* = 2"), new(3, "a long text beside the last value")] }.ToSvg());

        XElement[] marks = Svg.Groups(svg, "mark");
        double Place(XElement mark) => Svg.Number(Svg.All(mark, "line").Single(), "x1");
        double[] points = [.. Svg.Groups(svg, "point").Select(point => Svg.Number(Svg.All(point, "circle").Single(), "cx"))];
        Assert.That(marks.Select(Place), Is.EqualTo(points[1..]));
        Assert.That(Svg.Texts(marks[0]), Is.EqualTo(new[] { "l* = 2" }));
        Assert.That(Svg.Outside(svg), Is.Empty);
    }

    [Test]
    public void LongNames_AndManySeries_StayInsideAndApart()
    {
        string[] names = ["short", Markup, new string('M', 200), "eight words that are not short at all here", "x", "y", new string('i', 90), "last"];
        XElement svg = Svg.Parse(new XyChart(new string('W', 300) + " title", s_samples, s_accuracy, [.. names.Select((name, i) => new XySeries(name, [new(100, i / 10.0)]))]).ToSvg());

        Assert.That(Svg.Outside(svg), Is.Empty);
        XElement[] entries = Svg.Groups(svg, "legend");
        Assert.That(entries.Select(Svg.Hover), Is.EqualTo(names.Select(name => name.Replace('\u0001', '\uFFFD'))), "the whole names");
        (double Left, double Right, double Y)[] places =
        [
            .. entries.Select(entry => (Svg.Number(Svg.All(entry, "text").Single(), "x"), Svg.Number(Svg.All(entry, "text").Single(), "x") + TextWidth.Of(entry.Elements().Last().Value), Svg.Number(Svg.All(entry, "text").Single(), "y"))),
        ];
        Assert.That(places.Zip(places.Skip(1)).All(pair => pair.First.Y < pair.Second.Y || pair.First.Right < pair.Second.Left), "an entry follows the one before, or begins a row");
        Assert.That(places.Max(place => place.Y), Is.LessThan(Svg.All(svg, "line").Where(line => line.Attribute("class")?.Value == "grid").Min(line => Svg.Number(line, "y1"))), "above the plot");
    }

    [Test]
    public void Texts_AreEscaped()
    {
        XySeries series = new(Markup, [new(1, 0.5, Note: Markup)]);
        string svg = new XyChart(Markup, new XyAxis(Markup), new XyAxis(Markup), [series]) { Marks = [new(1, Markup)] }.ToSvg();
        Assert.That(svg, Does.Not.Contain("<b>"));
        Assert.That(Svg.All(Svg.Parse(svg), "title")[0].Value, Is.EqualTo(Markup.Replace('\u0001', '\uFFFD')));
    }

    [Test]
    public void WithoutResults_ItSaysSo()
    {
        Assert.That(Svg.Texts(Draw()), Does.Contain("no results yet"));
        Assert.That(Svg.Texts(Draw(new XySeries("diverged", [new(1, double.NaN)]))), Does.Contain("no results yet"));
        Assert.That(Svg.Texts(Svg.Parse(new XyChart("Growth", new XyAxis("n", true), new XyAxis("N", true), []).ToSvg())), Does.Contain("no results yet"));
    }

    [TestCase(1)]
    [TestCase(5)]
    public void PointsThatAreAllEqual_HaveAPlace(int count)
    {
        foreach (bool isLogarithmic in (bool[])[false, true])
        {
            XySeries series = new("same", [.. Enumerable.Range(0, count).Select(_ => new XyPoint(3, 7))]);
            XElement svg = Svg.Parse(new XyChart("Same", new XyAxis("x", isLogarithmic), new XyAxis("y", isLogarithmic), [series]).ToSvg());
            Assert.That(Svg.Groups(svg, "point"), Has.Length.EqualTo(count));
            Assert.That(svg.ToString(), Does.Not.Contain("NaN").And.Not.Contain("∞"));
        }
    }

    [Test]
    public void ManyPoints_AreALineWithoutMarkers()
    {
        XElement svg = Draw(new XySeries("loss", [.. Enumerable.Range(1, 150).Select(epoch => new XyPoint(epoch, 1.0 / epoch))]));
        Assert.That(Svg.Groups(svg, "point"), Is.Empty);
        Assert.That(Svg.All(svg, "polyline").Last().Attribute("points")!.Value.Split(' '), Has.Length.EqualTo(150));
        Assert.That(Svg.Texts(svg), Does.Contain("100").And.Not.Contain("101"), "round ticks");
    }

    private static XElement Draw(params XySeries[] series) => Svg.Parse(new XyChart("Accuracy", s_samples, s_accuracy, series).ToSvg());
}
