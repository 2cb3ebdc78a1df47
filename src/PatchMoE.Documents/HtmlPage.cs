using System.Text;
using AngleSharp.Dom;
using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;

namespace PatchMoE.Documents;

/// <summary>
/// Pages as trees of elements, up to a depth. Browsers flatten what is nested deeper than 512 elements; so deep a page is no tree here, since building one takes time with the square of the depth,
/// and walking it takes the stack.
/// </summary>
internal static class HtmlPage
{
    private const int MaximumDepth = 512;

    /// <summary>Elements between two looks at the depth.</summary>
    private const int Interval = 64;

    /// <summary>The page; null if it is nested too deep.</summary>
    /// <param name="html">The page, or a piece of one.</param>
    public static IHtmlDocument? Parse(string html)
    {
        int count = 0;
        IElement? last = null;
        var options = new HtmlParserOptions
        {
            // A new element is in no tree yet; the one before it is.
            OnCreated = (element, _) =>
            {
                if (++count % Interval == 0 && DepthOf(last) > MaximumDepth)
                {
                    throw new TooDeepException();
                }

                last = element;
            },
        };
        try
        {
            return new HtmlParser(options).ParseDocument(html);
        }
        catch (TooDeepException)
        {
            return null;
        }
    }

    /// <summary>What stands between the tags.</summary>
    /// <param name="html">The page.</param>
    public static string WithoutTags(string html)
    {
        var text = new StringBuilder(html.Length);
        for (int at = 0; at < html.Length;)
        {
            int tag = html.IndexOf('<', at);
            text.Append(html, at, (tag < 0 ? html.Length : tag) - at).Append(' ');
            int end = tag < 0 ? -1 : html.IndexOf('>', tag);
            at = end < 0 ? html.Length : end + 1;
        }

        return text.ToString();
    }

    private static int DepthOf(INode? node)
    {
        int depth = 0;
        for (; node is not null; node = node.Parent)
        {
            depth++;
        }

        return depth;
    }

    private sealed class TooDeepException : Exception;
}
