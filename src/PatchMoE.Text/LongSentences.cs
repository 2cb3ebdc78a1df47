namespace PatchMoE.Text;

/// <summary>Cuts what has no punctuation, such as a table or a list of addresses, where its lines end, or else between words.</summary>
internal static class LongSentences
{
    /// <summary>The most characters of a sentence.</summary>
    public const int Longest = 500;

    /// <summary>Adds a sentence, in pieces if it is long.</summary>
    /// <param name="text">The whole text.</param>
    /// <param name="sentence">The sentence, without white space at its ends.</param>
    /// <param name="words">The words of the text.</param>
    /// <param name="pieces">Receives the sentence or its pieces.</param>
    public static void Add(string text, TextRange sentence, List<TextRange> words, List<TextRange> pieces)
    {
        int start = sentence.Start;
        while (sentence.End - start > Longest)
        {
            int cut = Cut(text, start, words);
            (_, int end) = TextLayout.Trim(text, start, cut);
            pieces.Add(new TextRange(start, end));
            (start, _) = TextLayout.Trim(text, cut, sentence.End);
        }

        pieces.Add(new TextRange(start, sentence.End));
    }

    /// <summary>The last line end in the second half of what may be taken; else the last start of a word there; else, within a word, the last whole character.</summary>
    private static int Cut(string text, int start, List<TextRange> words)
    {
        (int least, int most) = (start + (Longest / 2), start + Longest);
        for (int i = most; i > least; i--)
        {
            if (TextLayout.IsLineEnd(text[i - 1]))
            {
                return i;
            }
        }

        int word = TextBreaks.IndexFrom(words, most + 1) - 1;
        return word >= 0 && words[word].Start > least ? words[word].Start
            : char.IsLowSurrogate(text[most]) ? most - 1
            : most;
    }
}
