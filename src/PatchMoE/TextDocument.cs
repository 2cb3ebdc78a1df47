namespace PatchMoE;

/// <summary>A text as plain characters, in its parts: what readers of files produce and a network of texts takes.</summary>
/// <param name="Title">The title of an article, the subject of a mail; empty if there is none.</param>
/// <param name="Sections">The sections in order; one without a heading for a text that has no headings.</param>
public sealed record TextDocument(string Title, IReadOnlyList<TextSection> Sections)
{
    /// <summary>A text without title and headings.</summary>
    /// <param name="body">The text; a blank line ends a paragraph.</param>
    public static TextDocument Of(string body) => new(string.Empty, [new TextSection(string.Empty, body)]);

    /// <summary>A text with a title, and without headings: an article, or a mail with its subject.</summary>
    /// <param name="title">The title.</param>
    /// <param name="body">The text; a blank line ends a paragraph.</param>
    public static TextDocument Of(string title, string body) => new(title, [new TextSection(string.Empty, body)]);
}
