using System.Text;
using AngleSharp.Dom;
using AngleSharp.Html.Dom;

namespace PatchMoE.Documents;

/// <summary>HTML as text: headings begin sections, blocks are paragraphs. The title is the page's, or else a first heading of level 1.</summary>
internal sealed class HtmlReader
{
    private static readonly HashSet<string> s_hidden = new(StringComparer.Ordinal) { "HEAD", "SCRIPT", "STYLE", "TEMPLATE", "NOSCRIPT" };
    private static readonly HashSet<string> s_headings = new(StringComparer.Ordinal) { "H1", "H2", "H3", "H4", "H5", "H6" };
    private static readonly HashSet<string> s_blocks = new(StringComparer.Ordinal)
    {
        "ADDRESS", "ARTICLE", "ASIDE", "BLOCKQUOTE", "CENTER", "DD", "DIV", "DL", "DT", "FIGCAPTION", "FIGURE", "FOOTER", "FORM", "HEADER", "HR", "LI", "MAIN", "NAV", "OL", "P", "PRE",
        "SECTION", "TABLE", "TR", "UL",
    };

    private readonly StringBuilder _body = new();
    private readonly List<TextSection> _sections = [];
    private string _title;
    private string _heading = string.Empty;

    private HtmlReader(string title) => _title = title;

    /// <summary>Takes the parts of a page.</summary>
    /// <param name="html">The page, or a piece of one; anything is one to the HTML standard. One that is nested deeper than browsers allow is one section of what stands between its tags.</param>
    public static TextDocument Read(string html)
    {
        using IHtmlDocument? page = HtmlPage.Parse(html);
        if (page is null)
        {
            return TextDocument.Of(Words(HtmlPage.WithoutTags(html)));
        }

        var reader = new HtmlReader(Words(page.Title ?? string.Empty));
        if (page.Body is { } body)
        {
            reader.Walk(body, isPreformatted: false);
        }

        reader.EndSection();
        return new TextDocument(reader._title, reader._sections);
    }

    private void Walk(INode parent, bool isPreformatted)
    {
        foreach (INode node in parent.ChildNodes)
        {
            if (node is IText text)
            {
                _body.Append(isPreformatted ? text.Data : Spaced(text.Data));
            }
            else if (node is IElement element && !s_hidden.Contains(element.NodeName))
            {
                Walk(element, isPreformatted);
            }
        }
    }

    private void Walk(IElement element, bool isPreformatted)
    {
        string name = element.NodeName;
        if (s_headings.Contains(name))
        {
            Head(name, Words(element.TextContent));
        }
        else if (name == "BR")
        {
            _body.Append('\n');
        }
        else if (s_blocks.Contains(name))
        {
            _body.Append("\n\n");
            Walk((INode)element, isPreformatted || name == "PRE");
            _body.Append("\n\n");
        }
        else
        {
            Walk((INode)element, isPreformatted);

            // Cells of a table stand side by side.
            _body.Append(name is "TD" or "TH" ? " " : string.Empty);
        }
    }

    private void Head(string name, string heading)
    {
        EndSection();
        if (name == "H1" && _title.Length == 0 && _sections.Count == 0)
        {
            _title = heading;
        }
        else
        {
            _heading = heading;
        }
    }

    private void EndSection()
    {
        string body = _body.ToString().Trim();
        _body.Clear();
        if (body.Length > 0 || _heading.Length > 0)
        {
            _sections.Add(new TextSection(_heading, body));
        }

        _heading = string.Empty;
    }

    /// <summary>Runs of white space are one space.</summary>
    private static string Spaced(string text)
    {
        var result = new StringBuilder(text.Length);
        foreach (char c in text)
        {
            bool isSpace = char.IsWhiteSpace(c);
            if (!isSpace || result.Length == 0 || result[^1] != ' ')
            {
                result.Append(isSpace ? ' ' : c);
            }
        }

        return result.ToString();
    }

    private static string Words(string text) => Spaced(text).Trim();
}
