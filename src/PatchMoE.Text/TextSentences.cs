namespace PatchMoE.Text;

/// <summary>The sentences of a text, without any network.</summary>
public static class TextSentences
{
    /// <summary>The sentences of the bodies, in order, by the rules of Unicode; no title and no heading.</summary>
    /// <param name="document">The text.</param>
    public static IReadOnlyList<string> Of(TextDocument document)
    {
        ArgumentNullException.ThrowIfNull(document);
        TextDocument bodies = new(string.Empty, [.. document.Sections.Select(section => section with { Heading = string.Empty })]);
        TextBreaks breaks = TextBreaks.Of(bodies);
        try
        {
            return [.. breaks.Sentences.Select(sentence => breaks.Text[sentence.Start..sentence.End])];
        }
        finally
        {
            breaks.Return();
        }
    }
}
