namespace PatchMoE.Text;

/// <summary>Cuts a piece of a text into the units of the next level. Pieces without words are left out: they have nothing that could be embedded.</summary>
/// <param name="breaks">The words, sentences and blocks of the text.</param>
/// <param name="ngramLength">The words of an n-gram.</param>
/// <param name="ngramStep">The words between the starts of two n-grams.</param>
internal sealed class TextCutter(TextBreaks breaks, int ngramLength, int ngramStep)
{
    /// <summary>The whole text.</summary>
    public TextPiece Whole => new(new TextRange(0, breaks.Text.Length), TextPart.Body, 0, breaks.Blocks.Count, 0, breaks.Words.Count);

    /// <summary>The pieces of one unit within a larger piece, in order.</summary>
    /// <param name="unit">The unit.</param>
    /// <param name="piece">The larger piece; blocks as a whole, unless n-grams are wanted.</param>
    public IEnumerable<TextPiece> Cut(TextUnit unit, TextPiece piece) => unit switch
    {
        TextUnit.Document => piece.FirstWord < piece.EndWord ? [piece] : [],
        TextUnit.Section => Runs(piece, (one, other) => one.Section == other.Section).Where(HasWords),
        TextUnit.Paragraph => Runs(piece, (_, _) => false).Where(HasWords),
        TextUnit.Sentence => Runs(piece, (_, _) => false).SelectMany(Sentences),
        TextUnit.Ngram => NgramRuns(piece).SelectMany(Ngrams),
        _ => throw new ArgumentOutOfRangeException(nameof(unit), unit, "Unknown unit."),
    };

    private static bool HasWords(TextPiece piece) => piece.FirstWord < piece.EndWord;

    /// <summary>The blocks of a piece, those in a row that belong together as one.</summary>
    private IEnumerable<TextPiece> Runs(TextPiece piece, Func<TextBlock, TextBlock, bool> belong)
    {
        for (int first = piece.FirstBlock, end; first < piece.EndBlock; first = end)
        {
            end = first + 1;
            while (end < piece.EndBlock && belong(breaks.Blocks[first], breaks.Blocks[end]))
            {
                end++;
            }

            // A section with a heading is more than the heading.
            TextPart part = breaks.Blocks[first].Part == breaks.Blocks[end - 1].Part ? breaks.Blocks[first].Part : TextPart.Body;
            yield return Piece(new TextRange(breaks.Blocks[first].Start, breaks.Blocks[end - 1].End), part, first, end);
        }
    }

    private IEnumerable<TextPiece> Sentences(TextPiece block)
    {
        for (int i = TextBreaks.IndexFrom(breaks.Sentences, block.Range.Start); i < breaks.Sentences.Count && breaks.Sentences[i].Start < block.Range.End; i++)
        {
            TextPiece sentence = Piece(breaks.Sentences[i], block.Part, block.FirstBlock, block.EndBlock);
            if (HasWords(sentence))
            {
                yield return sentence;
            }
        }
    }

    /// <summary>What n-grams run through: a title, a heading, a body; or the paragraph or sentence that is cut into them.</summary>
    private IEnumerable<TextPiece> NgramRuns(TextPiece piece) => piece.EndBlock - piece.FirstBlock <= 1
        ? [piece]
        : Runs(piece, (one, other) => (one.Section, one.Part) == (other.Section, other.Part));

    /// <summary>Windows of words; the last may be shorter, and there is none whose words are all in the one before.</summary>
    private IEnumerable<TextPiece> Ngrams(TextPiece run)
    {
        int covered = run.FirstWord;
        for (int first = run.FirstWord; covered < run.EndWord && first < run.EndWord; first += ngramStep)
        {
            covered = Math.Min(first + ngramLength, run.EndWord);
            yield return run with
            {
                Range = new TextRange(breaks.Words[first].Start, breaks.Words[covered - 1].End),
                FirstWord = first,
                EndWord = covered,
            };
        }
    }

    private TextPiece Piece(TextRange range, TextPart part, int firstBlock, int endBlock) => new(
        range, part, firstBlock, endBlock, TextBreaks.IndexFrom(breaks.Words, range.Start), TextBreaks.IndexFrom(breaks.Words, range.End));
}
