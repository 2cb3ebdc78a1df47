using PatchMoE.Formats;
using PatchMoE.Text;

namespace PatchMoE.Documents;

/// <summary>Reads texts from plain text, Markdown, HTML and mails, and encodes them for networks. Safe for use from several threads.</summary>
public sealed class DocumentReader : ITextReader
{
    private DocumentReader()
    {
    }

    /// <summary>The reader.</summary>
    public static DocumentReader Default { get; } = new();

    /// <inheritdoc/>
    public TextDocument Read(string path, TextFormat format)
    {
        TextFormat known = format == TextFormat.Auto ? ByName(path) : format;
        return InputFile.Read(path, stream => known == TextFormat.Mail ? MailReader.Read(path, stream) : Parse(Utf8Text.Read(path, stream, "Save the text as UTF-8; data of mails have the format 'mail'."), known));
    }

    /// <inheritdoc/>
    public TextDocument Parse(string text, TextFormat format)
    {
        ArgumentNullException.ThrowIfNull(text);
        return format switch
        {
            TextFormat.Markdown => MarkdownReader.Read(text),
            TextFormat.Html => HtmlReader.Read(text),
            TextFormat.Mail => MailReader.Read(text),
            _ => TextDocument.Of(text),
        };
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> Sentences(TextDocument document) => TextSentences.Of(document);

    /// <inheritdoc/>
    public (int Kept, int Cut) Encode(ModelSpec model, TextDocument document, Span<float> values, Span<int> lengths)
    {
        EncodedText text = new TextEncoder(model).Encode(document, values, lengths);
        return (text.Kept, text.Cut);
    }

    /// <inheritdoc/>
    public (SegmentTokens Tokens, int Kept, int Cut) Tokenize(ModelSpec model, TextDocument document, Span<int> lengths)
    {
        TokenizedText text = new TextEncoder(model).Tokenize(document, lengths);
        return (text.Tokens, text.Kept, text.Cut);
    }

    /// <summary>The format that a file's name tells.</summary>
    /// <param name="path">The file.</param>
    public static TextFormat ByName(string path) => Path.GetExtension(path).ToLowerInvariant() switch
    {
        ".md" or ".markdown" => TextFormat.Markdown,
        ".html" or ".htm" => TextFormat.Html,
        ".eml" => TextFormat.Mail,
        _ => TextFormat.Plain,
    };
}
