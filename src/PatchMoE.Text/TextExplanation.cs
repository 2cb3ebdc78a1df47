namespace PatchMoE.Text;

/// <summary>Why a model says what it says of a text.</summary>
public sealed record TextExplanation
{
    private readonly EquatableArray<TextLevel> _levels;

    internal TextExplanation(TextSpec spec, SegmentedText text, Explanation explanation)
    {
        _levels = spec.Levels;
        Text = text;
        Explanation = explanation;
    }

    /// <summary>The text and its segments.</summary>
    public SegmentedText Text { get; }

    /// <summary>The prediction, and the patches that each expert of layer 0 saw.</summary>
    public Explanation Explanation { get; }

    /// <summary>The prediction.</summary>
    public Prediction Prediction => Explanation.Prediction;

    /// <summary>The segment that became a patch.</summary>
    /// <param name="place">The place of a patch of <see cref="Explanation"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">No segment became that patch: it is padding.</exception>
    public TextSegment SegmentAt(PatchPlace place)
    {
        ArgumentNullException.ThrowIfNull(place);
        IReadOnlyList<TextSegment> segments = Text.Segments;
        int groups = _levels.SkipLast(1).Aggregate(1, (product, level) => product * level.MaximumSegments);
        int group = place.Group;
        foreach (TextLevel level in _levels.SkipLast(1))
        {
            groups /= level.MaximumSegments;
            segments = At(segments, group / groups, place).Segments;
            group %= groups;
        }

        return At(segments, place.Index, place);
    }

    private static TextSegment At(IReadOnlyList<TextSegment> segments, int index, PatchPlace place) => index < segments.Count
        ? segments[index]
        : throw new ArgumentOutOfRangeException(nameof(place), $"The text has no segment at patch {place.Index} of group {place.Group}.");
}
