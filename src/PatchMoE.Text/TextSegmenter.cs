namespace PatchMoE.Text;

/// <summary>Cuts texts into the segments of a network's levels. Safe for use from several threads.</summary>
/// <param name="spec">The levels.</param>
public sealed class TextSegmenter(TextSpec spec)
{
    /// <summary>The segments of a text, all of them: more than the network takes, if the text is long.</summary>
    /// <param name="document">The text.</param>
    public SegmentedText Segment(TextDocument document)
    {
        ArgumentNullException.ThrowIfNull(document);
        TextBreaks breaks = TextBreaks.Of(document);
        try
        {
            return new SegmentedText(breaks.Text, new SegmentTree(spec, breaks).Build());
        }
        finally
        {
            breaks.Return();
        }
    }
}
