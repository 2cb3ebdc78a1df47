using ICU4N.Globalization;
using ICU4N.Text;
using Microsoft.Extensions.ObjectPool;

namespace PatchMoE.Text;

/// <summary>
/// The words, sentences and blocks of one text, found by the rules of Unicode (UAX #29) as ICU4N implements them, with its own data: the same on every machine.
/// An object is used by one thread at a time and keeps its memory from text to text.
/// </summary>
internal sealed class TextBreaks
{
    private static readonly ObjectPool<TextBreaks> s_pool = new DefaultObjectPool<TextBreaks>(new DefaultPooledObjectPolicy<TextBreaks>());

    // Cloning is cheap; loading the rules is not.
    private static readonly Lazy<(BreakIterator Words, BreakIterator Sentences)> s_rules = new(LoadRules);

    private readonly BreakIterator _wordRules;
    private readonly BreakIterator _sentenceRules;
    private char[] _characters = [];

    /// <summary>For the pool.</summary>
    public TextBreaks()
    {
        lock (s_rules)
        {
            _wordRules = (BreakIterator)s_rules.Value.Words.Clone();
            _sentenceRules = (BreakIterator)s_rules.Value.Sentences.Clone();
        }
    }

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

    private static (BreakIterator Words, BreakIterator Sentences) LoadRules()
    {
        try
        {
            return (BreakIterator.GetWordInstance(UCultureInfo.InvariantCulture), BreakIterator.GetSentenceInstance(UCultureInfo.InvariantCulture));
        }
        catch (TypeInitializationException e)
        {
            throw new PlatformNotSupportedException(
                "The rules for sentences cannot be loaded, since this application forbids the names of cultures, as InvariantGlobalization does. Set <PredefinedCulturesOnly>false</PredefinedCulturesOnly> in its project.", e);
        }
    }

    private void Find(TextDocument document)
    {
        Text = TextLayout.Of(document, Blocks);
        if (_characters.Length < Text.Length)
        {
            _characters = new char[Math.Max(Text.Length, 2 * _characters.Length)];
        }

        TextLayout.Unwrap(Text, Blocks, _characters.AsSpan(0, Text.Length));
        ReadOnlyMemory<char> characters = _characters.AsMemory(0, Text.Length);
        FindWords(characters);
        FindSentences(characters);
    }

    private void FindWords(ReadOnlyMemory<char> characters)
    {
        Words.Clear();
        _wordRules.SetText(characters);
        int start = _wordRules.First();
        for (int end = _wordRules.Next(); end != BreakIterator.Done; start = end, end = _wordRules.Next())
        {
            // What is between words (white space, punctuation, symbols) has this status.
            if (_wordRules.RuleStatus >= BreakIterator.WordNoneLimit)
            {
                Words.Add(new TextRange(start, end));
            }
        }
    }

    private void FindSentences(ReadOnlyMemory<char> characters)
    {
        Sentences.Clear();
        _sentenceRules.SetText(characters);
        int from = _sentenceRules.First();
        for (int to = _sentenceRules.Next(); to != BreakIterator.Done; from = to, to = _sentenceRules.Next())
        {
            (int start, int end) = TextLayout.Trim(characters.Span, from, to);
            if (start < end)
            {
                LongSentences.Add(Text, new TextRange(start, end), Words, Sentences);
            }
        }
    }
}
