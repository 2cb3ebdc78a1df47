namespace PatchMoE.Text;

/// <summary>Builds the segments of all levels.</summary>
/// <param name="spec">The levels.</param>
/// <param name="breaks">The words, sentences and blocks of the text.</param>
internal sealed class SegmentTree(TextSpec spec, TextBreaks breaks)
{
    private readonly TextCutter _cutter = new(breaks, spec.NgramLength, spec.NgramStep);

    /// <summary>The segments of the outermost level, with all others in them.</summary>
    public IReadOnlyList<TextSegment> Build() => Build(_cutter.Whole, level: 0);

    private TextSegment[] Build(TextPiece parent, int level)
    {
        if (level == spec.Levels.Count)
        {
            return [];
        }

        TextUnit unit = spec.Levels[level].Unit;
        TextPiece[] pieces = [.. _cutter.Cut(unit, parent)];
        int first = Array.FindIndex(pieces, piece => piece.Part == TextPart.Body);
        int last = Array.FindLastIndex(pieces, piece => piece.Part == TextPart.Body);
        var segments = new TextSegment[pieces.Length];
        for (int i = 0; i < pieces.Length; i++)
        {
            TextPiece piece = pieces[i];
            segments[i] = new TextSegment
            {
                Unit = unit,
                Role = Role(piece.Part, i == first, i == last),
                Start = piece.Range.Start,
                End = piece.Range.End,
                IsFirst = i == first,
                IsLast = i == last,
                PlaceInParent = Place(piece.Range, parent.Range),
                PlaceInDocument = Place(piece.Range, _cutter.Whole.Range),
                Words = (piece.FirstWord, piece.EndWord),
                Segments = Build(piece, level + 1),
            };
        }

        return segments;
    }

    private static TextRole Role(TextPart part, bool isFirst, bool isLast) => part switch
    {
        TextPart.Title => TextRole.Title,
        TextPart.Heading => TextRole.Heading,
        _ => isFirst ? TextRole.First : isLast ? TextRole.Last : TextRole.Middle,
    };

    private static float Place(TextRange own, TextRange around) => (float)((((double)own.Start + own.End) / 2 - around.Start) / (around.End - around.Start));
}
