namespace PatchMoE.Text;

/// <summary>
/// Turns texts into the inputs of a network: [(groups), n, d] vectors and the number of valid patches in each innermost group. Segments beyond the most that a level takes are left
/// out, the later ones first. Safe for use from several threads.
/// </summary>
public sealed class TextEncoder
{
    private readonly TextSpec _spec;
    private readonly int[] _most;
    private readonly int _dimension;

    /// <summary>An encoder for one network.</summary>
    /// <param name="model">A network whose input is of kind <c>text</c>, with an embedding of words.</param>
    /// <exception cref="ArgumentException">It is another.</exception>
    public TextEncoder(ModelSpec model)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (model.Input is not VectorsInputSpec { Text: { } text })
        {
            throw new ArgumentException("The model's input is not a text, so a text cannot become one. Use an input of kind 'text', or call Classify with the values.", nameof(model));
        }

        if (text.Embedding == TextEmbedding.Given)
        {
            throw new ArgumentException(
                "The vectors of the model's segments are given by the data, so they cannot be made from a text. Call Classify with the values, or use the embedding 'hashed'.", nameof(model));
        }

        _spec = text;
        _most = [.. text.Levels.Select(level => level.MaximumSegments)];
        _dimension = text.PatchDimension;
        InputLength = model.InputLength();
        GroupCount = _most.SkipLast(1).Aggregate(1, (product, most) => product * most);
        Segmenter = new TextSegmenter(text);
    }

    /// <summary>The number of values of one text.</summary>
    public int InputLength { get; }

    /// <summary>The number of counts of valid patches of one text: its groups; 1 with one level.</summary>
    public int GroupCount { get; }

    /// <summary>What cuts the texts.</summary>
    public TextSegmenter Segmenter { get; }

    /// <summary>Encodes one text.</summary>
    /// <param name="document">The text.</param>
    /// <param name="values">[<see cref="InputLength"/>], written; 0 past the valid patches.</param>
    /// <param name="lengths">[<see cref="GroupCount"/>], written: the valid patches of each innermost group; 0 for a text without words.</param>
    /// <returns>The segments, and how many of them the input holds.</returns>
    /// <exception cref="ArgumentException">A span has another length.</exception>
    public EncodedText Encode(TextDocument document, Span<float> values, Span<int> lengths)
    {
        ArgumentNullException.ThrowIfNull(document);
        if (values.Length != InputLength || lengths.Length != GroupCount)
        {
            throw new ArgumentException($"A text has {InputLength} values and {GroupCount} counts; there are {values.Length} and {lengths.Length}.", nameof(values));
        }

        values.Clear();
        lengths.Clear();
        TextBreaks breaks = TextBreaks.Of(document);
        try
        {
            var text = new SegmentedText(breaks.Text, new SegmentTree(_spec, breaks).Build());
            breaks.Hash();
            int kept = Write(text.Segments, level: 0, index: 0, breaks.Hashes, values, lengths);
            return new EncodedText(text, kept, Innermost(text.Segments, _most.Length) - kept);
        }
        finally
        {
            breaks.Return();
        }
    }

    /// <summary>Writes the segments of one level within a segment of the level above.</summary>
    /// <param name="segments">The segments.</param>
    /// <param name="level">Their level, outermost first.</param>
    /// <param name="index">The segment above, among all places of its level.</param>
    /// <param name="hashes">The words.</param>
    /// <param name="values">The input.</param>
    /// <param name="lengths">The counts.</param>
    /// <returns>The number of patches written.</returns>
    private int Write(IReadOnlyList<TextSegment> segments, int level, int index, WordHashes hashes, Span<float> values, Span<int> lengths)
    {
        int count = Math.Min(segments.Count, _most[level]);
        if (level < _most.Length - 1)
        {
            int patches = 0;
            for (int i = 0; i < count; i++)
            {
                patches += Write(segments[i].Segments, level + 1, (index * _most[level]) + i, hashes, values, lengths);
            }

            return patches;
        }

        lengths[index] = count;
        for (int i = 0; i < count; i++)
        {
            Span<float> patch = values.Slice(((index * _most[level]) + i) * _dimension, _dimension);
            HashedEmbedding.Write(hashes, segments[i].Words.First, segments[i].Words.End, patch[.._spec.Dimension]);
            if (_spec.Position)
            {
                PositionFeatures.Write(segments[i], patch[_spec.Dimension..]);
            }
        }

        return count;
    }

    private static int Innermost(IReadOnlyList<TextSegment> segments, int levels) =>
        levels == 1 ? segments.Count : segments.Sum(segment => Innermost(segment.Segments, levels - 1));
}
