namespace PatchMoE.Text;

/// <summary>
/// Turns texts into the inputs of a network: [(groups), n, d] vectors and the number of valid patches in each innermost group. Segments beyond the most that a level takes are left
/// out, the later ones first. Safe for use from several threads.
/// </summary>
public sealed class TextEncoder
{
    private readonly TextSpec _spec;
    private readonly int[] _most;
    private readonly BpeEncoding? _encoding;

    /// <summary>An encoder for one network.</summary>
    /// <param name="model">A network whose input is of kind <c>text</c>, with an embedding of words.</param>
    /// <exception cref="ArgumentException">It is another.</exception>
    /// <exception cref="BadInputException">The file of its byte-pair encoding cannot be found or read, or is none.</exception>
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
                "The vectors of the model's segments are given by the data, so they cannot be made from a text. Call Classify with the values, or use the embedding 'hashed' or 'trained'.", nameof(model));
        }

        _spec = text;
        _encoding = text.Tokens == TextTokens.Bpe ? BpeEncoding.Of(text.Encoding) : null;
        _most = [.. text.Levels.Select(level => level.MaximumSegments)];
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

    /// <summary>Encodes one text, with a hashed embedding.</summary>
    /// <param name="document">The text.</param>
    /// <param name="values">[<see cref="InputLength"/>], written; 0 past the valid patches.</param>
    /// <param name="lengths">[<see cref="GroupCount"/>], written: the valid patches of each innermost group; 0 for a text without words.</param>
    /// <returns>The segments, and how many of them the input holds.</returns>
    /// <exception cref="ArgumentException">A span has another length, or the embedding has a table of tokens.</exception>
    public EncodedText Encode(TextDocument document, Span<float> values, Span<int> lengths)
    {
        if (_spec.Embedding == TextEmbedding.Trained)
        {
            throw new ArgumentException("The vectors of the model's segments come from its table of tokens, so a text cannot be encoded without it. Give the table, or call Tokenize.", nameof(document));
        }

        RequireLengths(values.Length, lengths.Length);
        values.Clear();
        return EncodePatches(document, table: [], values, lengths);
    }

    /// <summary>Encodes one text, with an embedding that is learnt.</summary>
    /// <param name="document">The text.</param>
    /// <param name="table">[V, dimension], the vectors of the tokens: <c>embedding.weight</c> of the model's weights.</param>
    /// <param name="values">As in the other overload.</param>
    /// <param name="lengths">As in the other overload.</param>
    /// <returns>The segments, and how many of them the input holds.</returns>
    /// <exception cref="ArgumentException">A span has another length, or the embedding has no table of tokens.</exception>
    public EncodedText Encode(TextDocument document, ReadOnlySpan<float> table, Span<float> values, Span<int> lengths)
    {
        RequireLengths(values.Length, lengths.Length);
        if ((long)_spec.Vocabulary * _spec.Dimension != table.Length)
        {
            throw new ArgumentException($"The table has {table.Length} values; {_spec.Vocabulary} tokens of {_spec.Dimension} values need {(long)_spec.Vocabulary * _spec.Dimension}.", nameof(table));
        }

        TokenizedText text = Tokenize(document, lengths);
        text.Tokens.WriteValues(table, _spec.Dimension, _spec.PatchDimension, values);
        return new EncodedText(text.Text, text.Kept, text.Cut);
    }

    /// <summary>Encodes one text, but writes only the valid patches, and leaves what lies past them: most of an input may be padding.</summary>
    /// <param name="document">The text.</param>
    /// <param name="table">The vectors of the tokens; empty for a hashed embedding.</param>
    /// <param name="values">[<see cref="InputLength"/>], the valid patches written.</param>
    /// <param name="lengths">[<see cref="GroupCount"/>], written.</param>
    internal EncodedText EncodePatches(TextDocument document, ReadOnlySpan<float> table, Span<float> values, Span<int> lengths)
    {
        if (_spec.Embedding == TextEmbedding.Trained)
        {
            TokenizedText tokens = Tokenize(document, lengths);
            tokens.Tokens.WritePatches(table, _spec.Dimension, _spec.PatchDimension, values);
            return new EncodedText(tokens.Text, tokens.Kept, tokens.Cut);
        }

        var target = new HashedTarget(values, _spec);
        (SegmentedText text, int kept, int cut) = Visit(document, lengths, ref target);
        return new EncodedText(text, kept, cut);
    }

    /// <summary>The tokens of one text, for an embedding that is learnt.</summary>
    /// <param name="document">The text.</param>
    /// <param name="lengths">[<see cref="GroupCount"/>], written, as in <see cref="Encode(TextDocument, Span{float}, Span{int})"/>.</param>
    /// <exception cref="ArgumentException">The span has another length, or the embedding has no table of tokens.</exception>
    public TokenizedText Tokenize(TextDocument document, Span<int> lengths)
    {
        if (_spec.Embedding != TextEmbedding.Trained)
        {
            throw new ArgumentException("The model has no table of tokens, so its texts have no rows in it. Call Encode without a table.", nameof(document));
        }

        RequireLengths(InputLength, lengths.Length);
        var target = new TokenTarget(new TokenRows(_spec.Vocabulary, _encoding?.Count <= _spec.Vocabulary));
        (SegmentedText text, int kept, int cut) = Visit(document, lengths, ref target);
        return new TokenizedText(text, target.Rows.ToTokens(), kept, cut);
    }

    private void RequireLengths(int values, int lengths)
    {
        if (values != InputLength || lengths != GroupCount)
        {
            throw new ArgumentException($"A text has {InputLength} values and {GroupCount} counts; there are {values} and {lengths}.", nameof(values));
        }
    }

    /// <summary>Cuts a text and visits the segments that the input has room for.</summary>
    private (SegmentedText Text, int Kept, int Cut) Visit<TTarget>(TextDocument document, Span<int> lengths, ref TTarget target)
        where TTarget : struct, ISegmentTarget, allows ref struct
    {
        ArgumentNullException.ThrowIfNull(document);
        lengths.Clear();
        TextBreaks breaks = TextBreaks.Of(document);
        try
        {
            var text = new SegmentedText(breaks.Text, new SegmentTree(_spec, breaks).Build());
            if (_encoding is null)
            {
                breaks.Hash();
            }

            Span<float> places = stackalloc float[TextSpec.PositionFeatures * _spec.PlacedLevels];
            int kept = Visit(text.Segments, level: 0, index: 0, breaks, places, lengths, ref target);
            return (text, kept, Innermost(text.Segments, _most.Length) - kept);
        }
        finally
        {
            breaks.Return();
        }
    }

    /// <summary>Visits the segments of one level within a segment of the level above.</summary>
    /// <param name="segments">The segments.</param>
    /// <param name="level">Their level, outermost first.</param>
    /// <param name="index">The segment above, among all places of its level.</param>
    /// <param name="breaks">The text.</param>
    /// <param name="places">The features of the segments around, the innermost first; those of this level and the levels below are written.</param>
    /// <param name="lengths">The counts.</param>
    /// <param name="target">Takes the patches.</param>
    /// <returns>The number of patches.</returns>
    private int Visit<TTarget>(
        IReadOnlyList<TextSegment> segments, int level, int index, TextBreaks breaks, scoped Span<float> places, Span<int> lengths, ref TTarget target)
        where TTarget : struct, ISegmentTarget, allows ref struct
    {
        int count = Math.Min(segments.Count, _most[level]);
        bool isInnermost = level == _most.Length - 1;
        int place = (_most.Length - 1 - level) * TextSpec.PositionFeatures;
        int patches = 0;
        for (int i = 0; i < count; i++)
        {
            if (place < places.Length)
            {
                PositionFeatures.Write(segments[i], places.Slice(place, TextSpec.PositionFeatures));
            }

            int at = (index * _most[level]) + i;
            if (isInnermost)
            {
                target.Take(at, Tokens(segments[i], breaks), places);
            }
            else
            {
                patches += Visit(segments[i].Segments, level + 1, at, breaks, places, lengths, ref target);
            }
        }

        if (!isInnermost)
        {
            return patches;
        }

        lengths[index] = count;
        return count;
    }

    private TokenRun Tokens(TextSegment segment, TextBreaks breaks) => _encoding is null
        ? breaks.Hashes.Run(segment.Words.First, segment.Words.End)
        : breaks.Bpe.Of(_encoding, breaks.Text.AsSpan(segment.Start..segment.End));

    private static int Innermost(IReadOnlyList<TextSegment> segments, int levels) =>
        levels == 1 ? segments.Count : segments.Sum(segment => Innermost(segment.Segments, levels - 1));
}
