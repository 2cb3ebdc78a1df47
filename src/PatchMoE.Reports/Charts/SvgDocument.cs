using System.Text;

namespace PatchMoE.Reports.Charts;

/// <summary>
/// A picture that is right in three places: as a file of its own, dark on white; inside a page, whose style sheet sets the colours of the classes
/// <c>ink</c>, <c>muted</c>, <c>grid</c>, <c>paper</c> and <c>halo</c> for its theme; and on paper. A style sheet wins against the attributes here.
/// </summary>
internal sealed class SvgDocument
{
    private readonly StringBuilder _text = new();

    /// <summary>Begins a picture.</summary>
    /// <param name="title">What it is called: for screen readers, and where nothing else is hovered over.</param>
    /// <param name="width">Its natural width in pixels.</param>
    /// <param name="height">Its natural height.</param>
    public SvgDocument(string title, double width, double height)
    {
        Add($"""
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" aria-label="{title}" font-family="system-ui, 'Segoe UI', 'DejaVu Sans', sans-serif" font-size="{TextWidth.Size}">
            <title>{title}</title>
            <rect class="paper" width="{width}" height="{height}" fill="{Palette.Paper}"/>
            """);
    }

    /// <summary>Adds elements; the strings among the values are escaped.</summary>
    public void Add(FormattableString elements) => _text.Escaped(elements);

    /// <summary>Adds a text in the secondary colour.</summary>
    public void Label(double x, double y, string text, string anchor = "start") =>
        Add($"<text class=\"muted\" x=\"{x}\" y=\"{y}\" text-anchor=\"{anchor}\" fill=\"{Palette.Muted}\">{text}</text>");

    /// <summary>Adds lines of the heading from <paramref name="y"/> downwards.</summary>
    public void Heading(double x, double y, IReadOnlyList<string> lines)
    {
        for (int i = 0; i < lines.Count; i++)
        {
            Add($"<text class=\"ink\" x=\"{x}\" y=\"{y + (i * HeadingHeight)}\" font-size=\"{HeadingSize}\" font-weight=\"600\" fill=\"{Palette.Ink}\">{lines[i]}</text>");
        }
    }

    /// <summary>Adds a text that stays readable on top of lines.</summary>
    public void OnTop(double x, double y, string text, string anchor) =>
        Add($"<text class=\"ink halo\" x=\"{x}\" y=\"{y}\" text-anchor=\"{anchor}\" fill=\"{Palette.Ink}\" stroke=\"{Palette.Paper}\" stroke-width=\"4\" stroke-linejoin=\"round\" paint-order=\"stroke\">{text}</text>");

    /// <summary>Adds a line of the grid.</summary>
    public void GridLine(double x1, double y1, double x2, double y2) =>
        Add($"<line class=\"grid\" x1=\"{x1}\" y1=\"{y1}\" x2=\"{x2}\" y2=\"{y2}\" stroke=\"{Palette.Grid}\"/>");

    /// <summary>The size of headings' letters.</summary>
    public const double HeadingSize = 14;

    /// <summary>The height of a line of a heading.</summary>
    public const double HeadingHeight = 19;

    /// <summary>The finished document.</summary>
    public override string ToString() => _text + "</svg>\n";
}
