using System.Text;
using PatchMoE.Reports.Charts;

namespace PatchMoE.Reports;

/// <summary>
/// The report of an experiment as one self-contained HTML page, built from top to bottom. All texts are plain and are escaped; pictures are the SVG documents
/// of the charts.
/// </summary>
/// <param name="heading">The heading, and the page's title.</param>
/// <param name="lead">A sentence below it: what was done.</param>
internal sealed class ReportPage(string heading, string lead)
{
    private readonly StringBuilder _html = new();

    /// <summary>Adds the numbers that a reader should remember.</summary>
    /// <param name="numbers">Their names and values.</param>
    public ReportPage Numbers(params (string Name, string Value)[] numbers)
    {
        _html.Append("<dl class=\"numbers\">\n");
        foreach ((string name, string value) in numbers)
        {
            _html.Escaped($"<div><dt>{name}</dt><dd>{value}</dd></div>");
        }

        _html.Append("</dl>\n");
        return this;
    }

    /// <summary>Begins a section.</summary>
    public ReportPage Section(string title)
    {
        _html.Escaped($"<h2>{title}</h2>");
        return this;
    }

    /// <summary>Adds a paragraph.</summary>
    public ReportPage Text(string paragraph)
    {
        _html.Escaped($"<p>{paragraph}</p>");
        return this;
    }

    /// <summary>Adds a paragraph that stands out: what is missing, or did not come out as expected.</summary>
    public ReportPage Note(string paragraph)
    {
        _html.Escaped($"<p class=\"note\">{paragraph}</p>");
        return this;
    }

    /// <summary>Adds a picture.</summary>
    /// <param name="svg">An SVG document.</param>
    /// <param name="caption">What it shows; null for nothing.</param>
    public ReportPage Figure(string svg, string? caption = null)
    {
        AppendFigure(svg, caption);
        return this;
    }

    /// <summary>Adds pictures side by side, as many as fit.</summary>
    public ReportPage Figures(params (string Svg, string? Caption)[] figures)
    {
        _html.Append("<div class=\"curves\">\n");
        foreach ((string svg, string? caption) in figures)
        {
            AppendFigure(svg, caption);
        }

        _html.Append("</div>\n");
        return this;
    }

    /// <summary>Adds a table.</summary>
    /// <param name="table">The table.</param>
    /// <param name="caption">What stands above it; null for nothing.</param>
    public ReportPage Table(ReportTable table, string? caption = null)
    {
        table.AppendTo(_html, caption);
        return this;
    }

    /// <summary>Adds a table that is folded away: every single result.</summary>
    public ReportPage Details(string summary, ReportTable table)
    {
        _html.Escaped($"<details><summary>{summary}</summary>");
        table.AppendTo(_html);
        _html.Append("</details>\n");
        return this;
    }

    /// <summary>Adds a text that is folded away and keeps its lines: a spec.</summary>
    public ReportPage Details(string summary, string text)
    {
        _html.Escaped($"<details><summary>{summary}</summary><pre>{text}</pre></details>");
        return this;
    }

    /// <summary>The page.</summary>
    /// <param name="origin">Where its numbers come from.</param>
    public string ToHtml(ReportOrigin origin)
    {
        var body = new StringBuilder().Append(_html);
        ReportFooter.Append(body, origin);
        return Markup.Page(heading, heading, lead, body);
    }

    private void AppendFigure(string svg, string? caption)
    {
        _html.Append("<figure>\n").Append(svg);
        if (caption is not null)
        {
            _html.Escaped($"<figcaption>{caption}</figcaption>");
        }

        _html.Append("</figure>\n");
    }
}
