using PatchMoE.Text;

namespace PatchMoE.Tests.Texts;

[TestFixture]
public sealed class SentenceTests
{
    [TestCase("It rains. Does it? It does!", new[] { "It rains.", "Does it?", "It does!" }, TestName = "English")]
    [TestCase("It costs 3.50 dollars at www.example.org. He said “Now.” Then he left.", new[] { "It costs 3.50 dollars at www.example.org.", "He said “Now.”", "Then he left." }, TestName = "Full stops within words, and quotes")]
    [TestCase("你好。今天天气很好！我们去公园吧？好的", new[] { "你好。", "今天天气很好！", "我们去公园吧？", "好的" }, TestName = "Chinese")]
    [TestCase("これは文です。あれも文です。", new[] { "これは文です。", "あれも文です。" }, TestName = "Japanese")]
    [TestCase("مرحبا. كيف حالك؟ أنا بخير۔ جيد", new[] { "مرحبا.", "كيف حالك؟", "أنا بخير۔", "جيد" }, TestName = "Arabic and Urdu")]
    [TestCase("नमस्ते। यह हिन्दी है।", new[] { "नमस्ते।", "यह हिन्दी है।" }, TestName = "Hindi")]
    [TestCase("Γεια σου. Τι κάνεις;", new[] { "Γεια σου.", "Τι κάνεις;" }, TestName = "Greek")]
    public void Sentences_EndAsTheScriptEndsThem(string text, string[] sentences) => Assert.That(Sentences(text), Is.EqualTo(sentences));

    [Test]
    public void LineEnds_AreSpacesWithinAParagraphAndBlankLinesEndIt() => Assert.That(
        Sentences("A sentence that\r\nis wrapped. Another\n \t\none without an end\n\nLast."),
        Is.EqualTo(new[] { "A sentence that\r\nis wrapped.", "Another", "one without an end", "Last." }));

    [Test]
    public void SegmentsWithoutWords_AreLeftOut() => Assert.That(Sentences("-----\n\nOne. *** ... Two.\n\n=====\n\n!!!"), Is.EqualTo(new[] { "One.", "*** ...", "Two." }.Where(text => text != "*** ...")));

    /// <summary>A list of addresses has no full stop; its lines are not torn apart.</summary>
    [Test]
    public void LongSentences_AreCutWhereLinesEnd()
    {
        string line = "somebody of somewhere and nothing else on this line";
        string[] sentences = Sentences(string.Join('\n', Enumerable.Repeat(line, 100)));
        Assert.That(sentences, Has.Length.InRange(12, 20));
        Assert.That(sentences.Select(sentence => sentence.Length), Has.All.LessThanOrEqualTo(LongSentences.Longest));
        Assert.That(sentences.SelectMany(sentence => sentence.Split('\n')), Is.All.EqualTo(line).And.Exactly(100).Items);
    }

    [Test]
    public void LongSentences_WithoutLinesAreCutBetweenWords()
    {
        string[] sentences = Sentences(string.Join(' ', Enumerable.Repeat("word", 1000)));
        Assert.That(sentences.SelectMany(sentence => sentence.Split(' ')), Is.All.EqualTo("word").And.Exactly(1000).Items);
        Assert.That(sentences.Select(sentence => sentence.Length), Has.All.LessThanOrEqualTo(LongSentences.Longest));
    }

    /// <summary>A word without end, of characters in two code units each, is cut between characters; only the piece with its beginning counts as having a word.</summary>
    [Test]
    public void LongWords_AreCutBetweenCharacters()
    {
        string text = "x" + string.Concat(Enumerable.Repeat("𝒳", 1000));
        Assert.That(Sentences(text + ". Next."), Is.EqualTo(new[] { text[..(LongSentences.Longest - 1)], "Next." }));
    }

    private static string[] Sentences(string text) => Texts.Innermost(Texts.Levels(TextUnit.Sentence), TextDocument.Of(text));
}
