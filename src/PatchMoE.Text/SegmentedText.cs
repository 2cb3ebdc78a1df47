namespace PatchMoE.Text;

/// <summary>A text and the segments that it is cut into.</summary>
/// <param name="Text">The title, the headings and the bodies, one after the other, with blank lines between them.</param>
/// <param name="Segments">The segments of the outermost level, in order; empty for a text without words.</param>
public sealed record SegmentedText(string Text, IReadOnlyList<TextSegment> Segments)
{
    /// <summary>The characters of a segment.</summary>
    /// <param name="segment">One of this text.</param>
    public string Of(TextSegment segment) => Text[segment.Start..segment.End];
}
