using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace PatchMoE.Tests;

public sealed class ReportPageTests
{
    private const string Markup = "<b> & \"text\"";
    private static readonly ReportOrigin s_origin = new($"pmoe reproduce {Markup}", new ReportMachine($"Processor {Markup}", 2, "256-bit vectors, 16 registers", ".NET 10.0.1"));

    [Test]
    public void Page_HasAllItsPartsInOrder_AndNeedsNoOtherFile()
    {
        string html = Build().ToHtml(s_origin);

        string[] parts = ["<h1>", "class=\"lead\"", "class=\"numbers\"", "<h2>", "<p>", "class=\"note\"", "<figure>", "<figcaption>", "class=\"curves\"", "<table>", "<details>", "<pre>", "<footer>"];
        int[] places = [.. parts.Select(part => html.IndexOf(part, html.IndexOf("<body>", StringComparison.Ordinal), StringComparison.Ordinal))];
        Assert.That(places, Is.All.Positive);
        Assert.That(places, Is.Ordered);
        Assert.That(html, Does.Not.Contain("<script").And.Not.Contain("<link").And.Not.Contain("url(").And.Not.Contain("@import"));
    }

    [Test]
    public void EveryText_IsEscaped()
    {
        string html = Build().ToHtml(s_origin);
        Assert.That(html, Does.Not.Contain("<b>"));
        Assert.That(Regex.Count(html, "&lt;b&gt; &amp; &quot;text&quot;"), Is.GreaterThan(15));
    }

    [Test]
    public void Body_IsWellFormed()
    {
        string html = Build().ToHtml(s_origin);
        string body = html[html.IndexOf("<body>", StringComparison.Ordinal)..(html.IndexOf("</body>", StringComparison.Ordinal) + "</body>".Length)];
        Assert.That(XElement.Parse(body).Elements().Count(), Is.GreaterThan(8));
    }

    [Test]
    public void Footer_NamesTheOrigin_AndADateOnlyIfThereIsOne()
    {
        string html = Build().ToHtml(s_origin with { Version = "1.2.3" });
        Assert.That(html, Does.Contain("2 cores, 256-bit vectors, 16 registers, .NET 10.0.1").And.Contain("pmoe 1.2.3"));
        Assert.That(html, Does.Not.Contain("Date"));
        Assert.That(Build().ToHtml(s_origin with { Version = "1.2.3" }), Is.EqualTo(html), "the same numbers make the same page");
        Assert.That(Build().ToHtml(s_origin with { Date = new DateTimeOffset(2026, 3, 4, 5, 6, 7, TimeSpan.FromHours(2)) }), Does.Contain("<dt>Date</dt><dd>2026-03-04 05:06 +02:00</dd>"));
    }

    /// <summary>A picture's attributes are the light theme; only classes follow the page's.</summary>
    [Test]
    public void ColoursOfPictures_ThatAreNotData_FollowTheTheme()
    {
        XElement svg = Svg.Parse(Chart());
        string[] theme = [Palette.Ink, Palette.Muted, Palette.Grid, Palette.Paper];
        XElement[] fixedColours = [.. svg.DescendantsAndSelf().Where(element => element.Attribute("class") is null && (theme.Contains(element.Attribute("fill")?.Value) || theme.Contains(element.Attribute("stroke")?.Value)))];
        Assert.That(fixedColours, Is.Empty);
        string sheet = PageStyle.Sheet;
        foreach (string name in svg.Descendants().Where(element => element.Name.LocalName is "text" or "line" or "rect").Select(element => element.Attribute("class")?.Value).OfType<string>().SelectMany(names => names.Split(' ')).Distinct())
        {
            Assert.That(sheet, Does.Match($@"svg \.{name}\b"), "the page has a rule for it");
        }
    }

    [Test]
    public void Processors_AreNamedAsTheSystemNamesThem()
    {
        Assert.That(ReportMachine.ProcessorName(["processor\t: 0", "model name\t: A: B @ 2 GHz", "model name\t: C"], null), Is.EqualTo("A: B @ 2 GHz"));
        Assert.That(ReportMachine.ProcessorName(["processor\t: 0"], "AMD64 Family 25"), Is.EqualTo("AMD64 Family 25"));
        Assert.That(ReportMachine.ProcessorName([], null), Is.Not.Empty);
        Assert.That(ReportMachine.Current("no vectors").ToString(), Does.Contain("core").And.Contain("no vectors").And.Contain(".NET"));
    }

    private static string Chart() => new XyChart(Markup, new XyAxis(Markup), new XyAxis(Markup), [new XySeries(Markup, [new(1, 2, 1, 3), new(2, 3)])]) { Marks = [new(1, Markup)] }.ToSvg();

    private static ReportPage Build()
    {
        var table = new ReportTable(new ReportColumn(Markup));
        table.Add(Markup);
        return new ReportPage($"Heading {Markup}", Markup)
            .Numbers((Markup, Markup))
            .Section(Markup)
            .Text(Markup)
            .Note(Markup)
            .Figure(Chart(), Markup)
            .Figures((Chart(), null), (Chart(), Markup))
            .Table(table, Markup)
            .Details(Markup, table)
            .Details(Markup, Markup);
    }
}
