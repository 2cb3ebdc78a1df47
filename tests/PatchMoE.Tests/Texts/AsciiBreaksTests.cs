using PatchMoE.Text;

namespace PatchMoE.Tests.Texts;

/// <summary>ASCII has rules of its own only for speed: they find what those of Unicode find.</summary>
[TestFixture]
public sealed class AsciiBreaksTests
{
    private const string Letters = "aB1_";
    private const string Marks = ".,;:'\"!?-()";

    /// <summary>Words and marks in every order: short texts of few characters, where rules meet.</summary>
    [TestCase(Letters + Marks + " ", 14)]
    [TestCase("aA .!", 12)]
    [TestCase("a1B.',:;_", 9)]
    [TestCase("aZ9 .?!\"'()[]{},-:;\t/\\@#$%&*+<=>^`|~_", 40)]
    public void WordsAndSentences_AreThoseOfUnicode(string alphabet, int longest)
    {
        var random = new Random(1);
        var unicode = new UnicodeBreaks();
        for (int i = 0; i < 10_000; i++)
        {
            Check(unicode, new string([.. Enumerable.Range(0, 1 + random.Next(longest)).Select(_ => alphabet[random.Next(alphabet.Length)])]));
        }
    }

    /// <summary>Every character of ASCII that can be in a block, beside letters, digits and full stops.</summary>
    [Test]
    public void EveryCharacter_IsWhatUnicodeSaysOfIt()
    {
        var unicode = new UnicodeBreaks();
        foreach (char c in Enumerable.Range(0, 128).Select(code => (char)code).Where(c => !TextLayout.IsLineEnd(c)))
        {
            foreach (string text in new[] { $"a{c}b", $"1{c}2", $"a{c}1", $"One.{c}Two", $"One. {c} Two", $"One.{c} Two", $"One. {c} two", $"{c}{c}", $"One{c} Two", $"1.{c}5" })
            {
                Check(unicode, text);
            }
        }
    }

    /// <summary>A text that is ASCII but for one paragraph has the segments of one that is not.</summary>
    [Test]
    public void Blocks_AreCutEachByItself()
    {
        TextSpec spec = Texts.Levels(TextUnit.Sentence);
        string[] sentences = Texts.Innermost(spec, new TextDocument("Hello. Dr.Who?", [new TextSection(string.Empty, "It's 3.5 miles. Isn't it?\n\nOui, c'est ça. Où?\n\nNo. 7 is e.g. fine. Yes!")]));
        Assert.That(sentences, Is.EqualTo(new[] { "Hello.", "Dr.Who?", "It's 3.5 miles.", "Isn't it?", "Oui, c'est ça.", "Où?", "No. 7 is e.g. fine.", "Yes!" }));
    }

    private static void Check(UnicodeBreaks unicode, string text)
    {
        var words = new List<TextRange>();
        AsciiBreaks.AddWords(text, 3, words);
        var expected = new List<TextRange>();
        unicode.AddWords(text.AsMemory(), 3, expected);
        Assert.That(words, Is.EqualTo(expected), () => $"words of {text}");

        var ends = new List<int>();
        for (int start = 0; start < text.Length; start = ends[^1])
        {
            ends.Add(AsciiBreaks.SentenceEnd(text, start));
        }

        Assert.That(ends, Is.EqualTo(unicode.SentenceEnds(text.AsMemory())), () => $"sentences of {text}");
    }
}
