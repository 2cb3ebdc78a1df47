using System.Buffers;

namespace PatchMoE.Text;

/// <summary>
/// The words and sentences of a text in ASCII, as <see cref="UnicodeBreaks"/> finds them: the rules of UAX #29 that concern these characters, without tables. Most texts in European
/// languages are mostly ASCII, and walking the tables of Unicode takes longer than everything else from a text to its class.
/// </summary>
internal static class AsciiBreaks
{
    private static readonly SearchValues<char> s_terminators = SearchValues.Create(".?!");

    /// <summary>Adds the words of a block: runs of letters, digits and underscores, with the points and quotes in them.</summary>
    /// <param name="block">A title, a heading or a paragraph, its line ends as spaces.</param>
    /// <param name="offset">Where it begins in the text.</param>
    /// <param name="words">Receives their ranges in the text.</param>
    public static void AddWords(ReadOnlySpan<char> block, int offset, List<TextRange> words)
    {
        int start = 0;
        while (start < block.Length)
        {
            if (!IsWordPart(block[start]))
            {
                start++;
                continue;
            }

            int end = WordEnd(block, start);

            // A single underscore is punctuation, by the rules' status; two are a word.
            if (end - start > 1 || block[start] != '_')
            {
                words.Add(new TextRange(offset + start, offset + end));
            }

            start = end;
        }
    }

    /// <summary>The end of the sentence that begins at a character of a block, with the white space behind it.</summary>
    /// <param name="block">A title, a heading or a paragraph, its line ends as spaces.</param>
    /// <param name="start">The first character of the sentence.</param>
    public static int SentenceEnd(ReadOnlySpan<char> block, int start)
    {
        int next = start;
        while (true)
        {
            int found = block[next..].IndexOfAny(s_terminators);
            if (found < 0)
            {
                return block.Length;
            }

            // SB9, SB10: what closes belongs to the sentence, then white space.
            int terminator = next + found;
            next = terminator + 1;
            while (next < block.Length && IsClosing(block[next]))
            {
                next++;
            }

            while (next < block.Length && IsSpace(block[next]))
            {
                next++;
            }

            if (next == block.Length || IsEnd(block, terminator, next))
            {
                return next;
            }
        }
    }

    /// <summary>WB5 to WB13: letters, digits and underscores stay together, and so do two letters or two digits with a point, a quote or what else may stand between them.</summary>
    private static int WordEnd(ReadOnlySpan<char> block, int start)
    {
        int end = start + 1;
        while (end < block.Length)
        {
            if (IsWordPart(block[end]))
            {
                end++;
            }
            else if (end + 1 < block.Length && IsBetween(block[end - 1], block[end], block[end + 1]))
            {
                end += 2;
            }
            else
            {
                break;
            }
        }

        return end;
    }

    private static bool IsBetween(char before, char c, char after) =>
        (c is '.' or '\'' or ':' && char.IsAsciiLetter(before) && char.IsAsciiLetter(after))
        || (c is '.' or '\'' or ',' or ';' && char.IsAsciiDigit(before) && char.IsAsciiDigit(after));

    /// <summary>SB6 to SB8a: whether a sentence with a terminator ends before the character <paramref name="next"/>.</summary>
    private static bool IsEnd(ReadOnlySpan<char> block, int terminator, int next)
    {
        char c = block[next];
        if (c is '.' or '?' or '!' or ',' or '-' or ':')
        {
            return false;
        }

        if (block[terminator] != '.')
        {
            return true;
        }

        if (next == terminator + 1
            && (char.IsAsciiDigit(c) || (char.IsAsciiLetterUpper(c) && terminator > 0 && char.IsAsciiLetter(block[terminator - 1]))))
        {
            return false;
        }

        // A full stop does not end a sentence that goes on in lower case.
        int letter = next;
        while (letter < block.Length && !char.IsAsciiLetter(block[letter]) && !s_terminators.Contains(block[letter]))
        {
            letter++;
        }

        return letter == block.Length || !char.IsAsciiLetterLower(block[letter]);
    }

    private static bool IsWordPart(char c) => char.IsAsciiLetterOrDigit(c) || c == '_';

    private static bool IsClosing(char c) => c is '"' or '\'' or '(' or ')' or '[' or ']' or '{' or '}';

    private static bool IsSpace(char c) => c is ' ' or '\t';
}
