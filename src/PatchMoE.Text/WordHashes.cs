using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Text;
using ICU4N.Text;

namespace PatchMoE.Text;

/// <summary>
/// The hashes of the words of a text, and of each two in a row: XXH3 (64 bits, seed 0) of their UTF-8 bytes, two words with a space between them. Words are in the form
/// NFKC_Casefold of Unicode: lower case, and one spelling for what is the same (the ligature ﬁ and fi, full-width and ordinary letters).
/// </summary>
internal sealed class WordHashes
{
    private const byte Space = (byte)' ';

    private static readonly Normalizer2 s_form = Normalizer2.NFKCCaseFoldInstance;

    private byte[] _bytes = new byte[1024];
    private int _length;

    /// <summary>The hash of each word.</summary>
    public List<ulong> Words { get; } = [];

    /// <summary>The hash of each word and the one after it; one fewer than there are words.</summary>
    public List<ulong> Pairs { get; } = [];

    /// <summary>Some words in a row.</summary>
    /// <param name="first">The first.</param>
    /// <param name="end">The one after the last.</param>
    public TokenRun Run(int first, int end) => new(
        CollectionsMarshal.AsSpan(Words)[first..end], first < end ? CollectionsMarshal.AsSpan(Pairs)[first..(end - 1)] : [], []);

    /// <summary>Hashes the words of a text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="words">Its words, in order.</param>
    public void Compute(string text, List<TextRange> words)
    {
        Words.Clear();
        Pairs.Clear();
        _length = 0;
        int before = 0;
        for (int i = 0; i < words.Count; i++)
        {
            int start = _length;
            Append(text.AsSpan(words[i].Start, words[i].End - words[i].Start));
            Words.Add(XxHash3.HashToUInt64(_bytes.AsSpan(start, _length - start)));
            if (i > 0)
            {
                Pairs.Add(XxHash3.HashToUInt64(_bytes.AsSpan(before, _length - before)));
            }

            _bytes[_length++] = Space;
            before = start;
        }
    }

    /// <summary>Appends a word in its form, and leaves room for a space.</summary>
    private void Append(ReadOnlySpan<char> word)
    {
        Reserve(word.Length + 1);
        int length = _length;
        foreach (char c in word)
        {
            if (!char.IsAscii(c))
            {
                AppendFolded(word);
                return;
            }

            _bytes[length++] = (byte)(char.IsAsciiLetterUpper(c) ? c | 0x20 : c);
        }

        _length = length;
    }

    private void AppendFolded(ReadOnlySpan<char> word)
    {
        // A letter becomes at most 18 in this form; few words are that long.
        Span<char> space = stackalloc char[128];
        ReadOnlySpan<char> folded = s_form.TryNormalize(word, space, out int length) ? space[..length] : s_form.Normalize(word);
        Reserve(Encoding.UTF8.GetMaxByteCount(folded.Length) + 1);
        _length += Encoding.UTF8.GetBytes(folded, _bytes.AsSpan(_length));
    }

    private void Reserve(int bytes)
    {
        if (_bytes.Length - _length < bytes)
        {
            Array.Resize(ref _bytes, Math.Max(2 * _bytes.Length, _length + bytes));
        }
    }
}
