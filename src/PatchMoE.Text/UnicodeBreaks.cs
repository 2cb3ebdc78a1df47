using ICU4N.Globalization;
using ICU4N.Text;

namespace PatchMoE.Text;

/// <summary>
/// The words and sentences of a text in any script, by the rules of Unicode (UAX #29) as ICU4N implements them, with its own data: the same on every machine. An object is used by one
/// thread at a time.
/// </summary>
internal sealed class UnicodeBreaks
{
    // Cloning is cheap; loading the rules is not.
    private static readonly Lazy<(BreakIterator Words, BreakIterator Sentences)> s_rules = new(LoadRules);

    private readonly BreakIterator _words;
    private readonly BreakIterator _sentences;

    /// <summary>Takes the rules; the first time they are loaded.</summary>
    /// <exception cref="PlatformNotSupportedException">The application forbids the names of cultures.</exception>
    public UnicodeBreaks()
    {
        lock (s_rules)
        {
            _words = (BreakIterator)s_rules.Value.Words.Clone();
            _sentences = (BreakIterator)s_rules.Value.Sentences.Clone();
        }
    }

    /// <summary>Adds the words of a block: runs of letters, digits or ideographs, without punctuation.</summary>
    /// <param name="block">A title, a heading or a paragraph, its line ends as spaces.</param>
    /// <param name="offset">Where it begins in the text.</param>
    /// <param name="words">Receives their ranges in the text.</param>
    public void AddWords(ReadOnlyMemory<char> block, int offset, List<TextRange> words)
    {
        _words.SetText(block);
        int start = _words.First();
        for (int end = _words.Next(); end != BreakIterator.Done; start = end, end = _words.Next())
        {
            // What is between words (white space, punctuation, symbols) has this status.
            if (_words.RuleStatus >= BreakIterator.WordNoneLimit)
            {
                words.Add(new TextRange(offset + start, offset + end));
            }
        }
    }

    /// <summary>The ends of the sentences of a block, each with the white space behind it.</summary>
    /// <param name="block">A title, a heading or a paragraph, its line ends as spaces.</param>
    public IEnumerable<int> SentenceEnds(ReadOnlyMemory<char> block)
    {
        _sentences.SetText(block);
        _sentences.First();
        for (int end = _sentences.Next(); end != BreakIterator.Done; end = _sentences.Next())
        {
            yield return end;
        }
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
}
