using System.Text;

namespace PatchMoE.Text;

/// <summary>Lays the parts of a document one after the other and finds the blocks among them.</summary>
internal static class TextLayout
{
    private const string Gap = "\n\n";

    /// <summary>The whole text: title, headings and bodies.</summary>
    /// <param name="document">The document.</param>
    /// <param name="blocks">Receives the blocks, in order.</param>
    public static string Of(TextDocument document, List<TextBlock> blocks)
    {
        blocks.Clear();
        var text = new StringBuilder();
        Add(text, document.Title, TextPart.Title, section: -1, blocks);
        for (int i = 0; i < document.Sections.Count; i++)
        {
            Add(text, document.Sections[i].Heading, TextPart.Heading, i, blocks);
            Add(text, document.Sections[i].Body, TextPart.Body, i, blocks);
        }

        return text.ToString();
    }

    /// <summary>The text as the rules for sentences are to see it: a line end within a block is a space, and blocks are paragraphs.</summary>
    /// <param name="text">The whole text.</param>
    /// <param name="blocks">Its blocks.</param>
    /// <param name="characters">As long as the text, written.</param>
    public static void Unwrap(string text, List<TextBlock> blocks, Span<char> characters)
    {
        characters.Fill('\n');
        foreach (TextBlock block in blocks)
        {
            for (int i = block.Start; i < block.End; i++)
            {
                characters[i] = IsLineEnd(text[i]) ? ' ' : text[i];
            }
        }
    }

    /// <summary>Whether a character ends a line, by Unicode.</summary>
    public static bool IsLineEnd(char c) => c is '\n' or '\r' or '\u000B' or '\u000C' or '\u0085' or '\u2028' or '\u2029';

    private static void Add(StringBuilder text, string part, TextPart kind, int section, List<TextBlock> blocks)
    {
        if (string.IsNullOrWhiteSpace(part))
        {
            return;
        }

        text.Append(text.Length > 0 ? Gap : string.Empty);
        if (kind == TextPart.Body)
        {
            AddParagraphs(part, text.Length, section, blocks);
        }
        else
        {
            AddBlock(part, 0, part.Length, text.Length, kind, section, blocks);
        }

        text.Append(part);
    }

    /// <summary>A blank line ends a paragraph, and so does U+2029.</summary>
    private static void AddParagraphs(string body, int at, int section, List<TextBlock> blocks)
    {
        int start = 0;
        int ends = 0;
        for (int i = 0; i < body.Length; i++)
        {
            if (IsLineEnd(body[i]))
            {
                bool isPair = body[i] == '\n' && i > 0 && body[i - 1] == '\r';
                ends += isPair ? 0 : body[i] == '\u2029' ? 2 : 1;
            }
            else if (!char.IsWhiteSpace(body[i]))
            {
                if (ends > 1)
                {
                    AddBlock(body, start, i, at, TextPart.Body, section, blocks);
                    start = i;
                }

                ends = 0;
            }
        }

        AddBlock(body, start, body.Length, at, TextPart.Body, section, blocks);
    }

    private static void AddBlock(string part, int start, int end, int at, TextPart kind, int section, List<TextBlock> blocks)
    {
        (start, end) = Trim(part, start, end);
        if (start < end)
        {
            blocks.Add(new TextBlock(at + start, at + end, kind, section));
        }
    }

    /// <summary>A range without the white space at its ends.</summary>
    public static (int Start, int End) Trim(ReadOnlySpan<char> text, int start, int end)
    {
        while (start < end && char.IsWhiteSpace(text[start]))
        {
            start++;
        }

        while (end > start && char.IsWhiteSpace(text[end - 1]))
        {
            end--;
        }

        return (start, end);
    }
}
