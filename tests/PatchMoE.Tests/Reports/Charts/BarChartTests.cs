using System.Xml.Linq;

namespace PatchMoE.Tests;

public sealed class BarChartTests
{
    private static readonly string[] s_names = ["joint", "CNN <40> & more"];

    [Test]
    public void EachGroup_HasItsOwnScale_AndItsValuesAtTheEnds()
    {
        XElement svg = Draw(false, new BarGroup("parameters", [new(1234567), new(2469134)]), new BarGroup("time, s", [new(0.0123456), new(0.00617)]));

        double[] widths = [.. Svg.Groups(svg, "bar").Select(bar => Svg.Number(Svg.All(bar, "rect").Single(), "width"))];
        Assert.That(widths[1] / widths[0], Is.EqualTo(2).Within(0.001));
        Assert.That(widths[2] / widths[3], Is.EqualTo(2).Within(0.002));
        Assert.That(Svg.Groups(svg, "bar").Select(bar => Svg.Texts(bar)[^1]), Is.EqualTo(new[] { "1,234,567", "2,469,134", "0.0123", "0.00617" }));
        Assert.That(Svg.Hover(Svg.Groups(svg, "bar")[3]), Is.EqualTo("CNN <40> & more: time, s 0.00617"));
        Assert.That(Svg.Outside(svg), Is.Empty);
    }

    [Test]
    public void Ratios_AreToTheFirst()
    {
        XElement svg = Draw(true, new BarGroup("s", [new(8, Text: "8 s"), new(10)]), new BarGroup("of nothing", [new(0), new(10)]), new BarGroup("of none", [null, new(10)]));
        Assert.That(Svg.Groups(svg, "bar").Select(bar => Svg.Texts(bar)[^1]), Is.EqualTo(new[] { "8 s", "10 (×1.25)", "0", "10", "–", "10" }));
    }

    [Test]
    public void ErrorBars_AreInsideTheScale()
    {
        XElement svg = Draw(false, new BarGroup("s", [new(8, 6, 12), new(10)]));
        XElement bar = Svg.Groups(svg, "bar")[0];
        double width = Svg.Number(Svg.All(bar, "rect").Single(), "width");
        double left = Svg.Number(Svg.All(bar, "rect").Single(), "x");
        string d = Svg.All(bar, "path").Single().Attribute("d")!.Value;
        double high = double.Parse(d.Split('H')[1].Split('M')[0], System.Globalization.CultureInfo.InvariantCulture);
        Assert.That((high - left) / width, Is.EqualTo(1.5).Within(0.001));
        Assert.That(Svg.Number(Svg.All(bar, "text")[^1], "x"), Is.GreaterThan(high));
        Assert.That(Svg.Hover(bar), Does.EndWith("8 (6 to 12)"));
    }

    [Test]
    public void ValuesThatAreAllZero_OrMissing_AreDrawn()
    {
        XElement svg = Draw(true, new BarGroup("nothing", [new(0), new(0)]), new BarGroup("missing", [null, null]));
        Assert.That(svg.ToString(), Does.Not.Contain("NaN"));
        Assert.That(Svg.Hover(Svg.Groups(svg, "bar")[2]), Is.EqualTo("joint: missing not measured"));
        Assert.That(Svg.Groups(Svg.Parse(new BarChart("Empty", [], []).ToSvg()), "bar"), Is.Empty);
    }

    [Test]
    public void LongNames_AreCut_AndStayInside()
    {
        string[] names = [new string('W', 100), "x"];
        XElement svg = Svg.Parse(new BarChart("Cost", names, [new BarGroup(new string('t', 200), [new(1), new(2)]), new BarGroup("b", [new(1, Text: "one of them"), null])]).ToSvg());
        Assert.That(Svg.Outside(svg), Is.Empty);
        Assert.That(Svg.Hover(Svg.Groups(svg, "bar")[0]), Does.StartWith(names[0]));
    }

    [Test]
    public void WrongBars_AreRefused()
    {
        Assert.That(() => Draw(false, new BarGroup("s", [new(1)])), Throws.ArgumentException.With.Message.Contains("1 bars for 2 names"));
        Assert.That(() => Draw(false, new BarGroup("s", [new(1), new(-2)])), Throws.ArgumentException.With.Message.Contains("-2"));
        Assert.That(() => Draw(false, new BarGroup("s", [new(1), new(double.NaN)])), Throws.ArgumentException);
    }

    private static XElement Draw(bool hasRatios, params BarGroup[] groups) => Svg.Parse(new BarChart("Cost", s_names, groups) { HasRatios = hasRatios }.ToSvg());
}
