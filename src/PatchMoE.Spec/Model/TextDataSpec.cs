namespace PatchMoE;

/// <summary>A user's own texts: a table with a text and its class in each row, or a folder with a folder of files for each class.</summary>
/// <param name="Path">The table (.csv, .tsv or .jsonl) or the folder; relative to the spec's file.</param>
/// <param name="Test">A table for testing; null to hold texts out of <paramref name="Path"/>, or if the folder has a part for testing.</param>
/// <param name="TestShare">The share of the texts of each class that is held out for testing, 0 ≤ share &lt; 1, where nothing else says which.</param>
/// <param name="Format">How the parts of a text are told.</param>
public sealed record TextDataSpec(string Path, string? Test, double TestShare, TextFormat Format = TextFormat.Auto) : DataSpec
{
    /// <summary>
    /// The number of training texts, drawn by the seed in the proportions of the classes; the others are for testing, or are left out if there is something else to test
    /// with. Null for the share, or for all there are.
    /// </summary>
    public int? Train { get; init; }

    /// <summary>The column of the text in a table: its name, or its number from 0.</summary>
    public string Text { get; init; } = "text";

    /// <summary>The column of the title, or of a mail's subject; null if the table has none.</summary>
    public string? Title { get; init; }

    /// <summary>The column of the class: its name, or its number from 0.</summary>
    public string Label { get; init; } = "label";

    /// <summary>The number of sentences of other texts, of any class, that are put at random places of each text: noise, to measure what it does to the accuracy.</summary>
    public int Irrelevant { get; init; }
}

/// <summary>How the parts of a text are told.</summary>
public enum TextFormat
{
    /// <summary>By the file's name: <c>.md</c> and <c>.markdown</c> are Markdown, <c>.html</c> and <c>.htm</c> HTML, <c>.eml</c> a mail, all others plain text.</summary>
    Auto,

    /// <summary>Paragraphs with blank lines between them.</summary>
    Plain,

    /// <summary>Markdown: headings begin sections; a first heading of level 1 is the title.</summary>
    Markdown,

    /// <summary>HTML: headings begin sections; the page's title is the title.</summary>
    Html,

    /// <summary>A mail (RFC 5322 and MIME): the subject is the title, its plain or HTML text the body.</summary>
    Mail,
}
