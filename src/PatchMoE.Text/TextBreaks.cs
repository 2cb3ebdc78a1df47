using System.Text;
using Microsoft.Extensions.ObjectPool;

namespace PatchMoE.Text;

/// <summary>
/// The words, sentences and blocks of one text, found by the rules of Unicode (UAX #29), block by block, since neither words nor sentences cross them: the same on every machine.
/// An object is used by one thread at a time and keeps its memory from text to text.
/// </summary>
internal sealed class TextBreaks
{
    private static readonly ObjectPool<TextBreaks> s_pool = new DefaultObjectPool<TextBreaks>(new DefaultPooledObjectPolicy<TextBreaks>());

    private UnicodeBreaks? _unicode;
    private char[] _characters = [];

    /// <summary>The whole text.</summary>
    public string Text { get; private set; } = string.Empty;

    /// <summary>Titles, headings and paragraphs, in order.</summary>
    public List<TextBlock> Blocks { get; } = [];

    /// <summary>The words, in order: runs of letters, digits or ideographs, without punctuation.</summary>
    public List<TextRange> Words { get; } = [];

    /// <summary>The sentences, in order, each within a block and without white space at its ends.</summary>
    public List<TextRange> Sentences { get; } = [];

    /// <summary>The hashes of the words, once <see cref="Hash"/> has been called.</summary>
    public WordHashes Hashes { get; } = new();

    /// <summary>The tokens of a segment, by byte-pair encoding.</summary>
    public BpeTokens Bpe { get; } = new();

    /// <summary>Takes an object that no other thread uses; give it back with <see cref="Return"/>.</summary>
    /// <param name="document">The text whose breaks it finds.</param>
    public static TextBreaks Of(TextDocument document)
    {
        TextBreaks breaks = s_pool.Get();
        breaks.Find(document);
        return breaks;
    }

    /// <summary>Hashes the words.</summary>
    public void Hash() => Hashes.Compute(Text, Words);

    /// <summary>Gives the object back.</summary>
    public void Return() => s_pool.Return(this);

    /// <summary>The index of the first range that starts at a character or later.</summary>
    /// <param name="ranges">Words or sentences.</param>
    /// <param name="character">The character.</param>
    public static int IndexFrom(List<TextRange> ranges, int character)
    {
        (int low, int high) = (0, ranges.Count);
        while (low < high)
        {
            int middle = (low + high) / 2;
            (low, high) = ranges[middle].Start < character ? (middle + 1, high) : (low, middle);
        }

        return low;
    }

    private void Find(TextDocument document)
    {
        Text = TextLayout.Of(document, Blocks);
        if (_characters.Length < Text.Length)
        {
            _characters = new char[Math.Max(Text.Length, 2 * _characters.Length)];
        }

        TextLayout.Unwrap(Text, Blocks, _characters.AsSpan(0, Text.Length));
        Words.Clear();
        Sentences.Clear();
        foreach (TextBlock block in Blocks)
        {
            ReadOnlyMemory<char> characters = _characters.AsMemory(block.Start, block.End - block.Start);
            if (Ascii.IsValid(characters.Span))
            {
                FindByAscii(characters.Span, block.Start);
            }
            else
            {
                FindByUnicode(characters, block.Start);
            }
        }
    }

    private void FindByAscii(ReadOnlySpan<char> block, int offset)
    {
        AsciiBreaks.AddWords(block, offset, Words);
        for (int start = 0, end; start < block.Length; start = end)
        {
            end = AsciiBreaks.SentenceEnd(block, start);
            AddSentence(block, offset, start, end);
        }
    }

    private void FindByUnicode(ReadOnlyMemory<char> block, int offset)
    {
        _unicode ??= new UnicodeBreaks();
        _unicode.AddWords(block, offset, Words);
        int start = 0;
        foreach (int end in _unicode.SentenceEnds(block))
        {
            AddSentence(block.Span, offset, start, end);
            start = end;
        }
    }

    private void AddSentence(ReadOnlySpan<char> block, int offset, int from, int to)
    {
        (int start, int end) = TextLayout.Trim(block, from, to);
        if (start < end)
        {
            LongSentences.Add(Text, new TextRange(offset + start, offset + end), Words, Sentences);
        }
    }
}
