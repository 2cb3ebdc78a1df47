namespace PatchMoE.Text;

/// <summary>A segment of a text, with the segments of the next level in it.</summary>
public sealed record TextSegment
{
    /// <summary>What kind of segment it is.</summary>
    public required TextUnit Unit { get; init; }

    /// <summary>What it is to the segment around it.</summary>
    public required TextRole Role { get; init; }

    /// <summary>Its first character in <see cref="SegmentedText.Text"/>.</summary>
    public required int Start { get; init; }

    /// <summary>The character after its last.</summary>
    public required int End { get; init; }

    /// <summary>Whether it is the first of its parent's segments, titles and headings not counted.</summary>
    public required bool IsFirst { get; init; }

    /// <summary>Whether it is the last of its parent's segments, titles and headings not counted.</summary>
    public required bool IsLast { get; init; }

    /// <summary>Where its middle lies in the segment around it, in characters: above 0, below 1.</summary>
    public required float PlaceInParent { get; init; }

    /// <summary>Where its middle lies in the whole text, in characters: above 0, below 1.</summary>
    public required float PlaceInDocument { get; init; }

    /// <summary>Its own segments, in order; none on the innermost level.</summary>
    public IReadOnlyList<TextSegment> Segments { get; init; } = [];

    /// <summary>Its words, as indices of those of the text: the first, and the one after the last.</summary>
    internal (int First, int End) Words { get; init; }
}
