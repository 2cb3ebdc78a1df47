using PatchMoE.Text;

namespace PatchMoE.Tests.Texts;

[TestFixture]
public sealed class SegmentTests
{
    private static readonly TextDocument s_mail = TextDocument.Of("Your order. Now!", "Dear Ann,\n\nIt is here. Come and get it.\n\nBob");

    private static readonly TextDocument s_article = new(
        "Routing", [new("", "Foreword."), new("Method", "We route. It works.\n\nAlways."), new("Results", "None yet.")]);

    [Test]
    public void Paragraphs_AreTitleHeadingsAndBlocksOfText() => Assert.That(
        Texts.Innermost(Texts.Levels(TextUnit.Paragraph), s_article),
        Is.EqualTo(new[] { "Routing", "Foreword.", "Method", "We route. It works.", "Always.", "Results", "None yet." }));

    [Test]
    public void Sections_AreTheTitleAndEachHeadingWithItsText() => Assert.That(
        Texts.Innermost(Texts.Levels(TextUnit.Section), s_article),
        Is.EqualTo(new[] { "Routing", "Foreword.", "Method\n\nWe route. It works.\n\nAlways.", "Results\n\nNone yet." }));

    [Test]
    public void Document_IsTheWhole() => Assert.That(Texts.Innermost(Texts.Levels(TextUnit.Document), s_mail), Is.EqualTo(new[] { "Your order. Now!\n\nDear Ann,\n\nIt is here. Come and get it.\n\nBob" }));

    [Test]
    public void Levels_AreNested()
    {
        TextSegment document = new TextSegmenter(Texts.Levels(TextUnit.Document, TextUnit.Paragraph, TextUnit.Sentence)).Segment(s_mail).Segments.Single();
        Assert.That(document.Segments.Select(paragraph => paragraph.Segments.Count), Is.EqualTo(new[] { 2, 1, 2, 1 }));
        Assert.That(document.Segments.SelectMany(paragraph => paragraph.Segments).Select(sentence => sentence.Unit), Is.All.EqualTo(TextUnit.Sentence));
    }

    [Test]
    public void Roles_AreThoseInTheSegmentAround()
    {
        IReadOnlyList<TextSegment> paragraphs = new TextSegmenter(Texts.Levels(TextUnit.Paragraph, TextUnit.Sentence)).Segment(s_mail).Segments;
        Assert.That(paragraphs.Select(paragraph => paragraph.Role), Is.EqualTo(new[] { TextRole.Title, TextRole.First, TextRole.Middle, TextRole.Last }));
        Assert.That(paragraphs[0].Segments.Select(sentence => sentence.Role), Is.All.EqualTo(TextRole.Title));
        Assert.That(paragraphs[1].Segments.Select(sentence => (sentence.Role, sentence.IsFirst, sentence.IsLast)), Is.EqualTo(new[] { (TextRole.First, true, true) }));
        Assert.That(paragraphs[2].Segments.Select(sentence => sentence.Role), Is.EqualTo(new[] { TextRole.First, TextRole.Last }));

        IReadOnlyList<TextSegment> parts = new TextSegmenter(Texts.Levels(TextUnit.Section, TextUnit.Paragraph)).Segment(s_article).Segments;
        Assert.That(parts.Select(section => section.Role), Is.EqualTo(new[] { TextRole.Title, TextRole.First, TextRole.Middle, TextRole.Last }));
        Assert.That(parts[2].Segments.Select(paragraph => paragraph.Role), Is.EqualTo(new[] { TextRole.Heading, TextRole.First, TextRole.Last }));
    }

    [Test]
    public void Places_AreThoseOfTheMiddles()
    {
        SegmentedText text = new TextSegmenter(Texts.Levels(TextUnit.Paragraph, TextUnit.Sentence)).Segment(TextDocument.Of("abcd. Efgh.\n\nxyz"));
        TextSegment first = text.Segments[0];
        Assert.That(text.Text, Has.Length.EqualTo(16));
        Assert.That(first.PlaceInDocument, Is.EqualTo(5.5f / 16));
        Assert.That(first.Segments.Select(sentence => sentence.PlaceInParent), Is.EqualTo(new[] { 2.5f / 11, 8.5f / 11 }));
        Assert.That(first.Segments.Select(sentence => sentence.PlaceInDocument), Is.EqualTo(new[] { 2.5f / 16, 8.5f / 16 }));
    }

    [Test]
    public void Ngrams_StepThroughTheWordsOfABody() => Assert.That(
        Texts.Innermost(Texts.Levels(TextUnit.Ngram), TextDocument.Of("Two words", "one, two. three\n\nfour five six!")),
        Is.EqualTo(new[] { "Two words", "one, two. three", "three\n\nfour five", "five six" }));

    [Test]
    public void Ngrams_StayInTheSentenceThatIsCutIntoThem() => Assert.That(
        Texts.Innermost(Texts.Levels(TextUnit.Sentence, TextUnit.Ngram), TextDocument.Of("one two three four. Five six.")),
        Is.EqualTo(new[] { "one two three", "three four", "Five six" }));

    [TestCase("")]
    [TestCase(" \n\n ")]
    [TestCase("?!")]
    public void TextsWithoutWords_HaveNoSegments(string text)
    {
        foreach (TextUnit unit in Enum.GetValues<TextUnit>())
        {
            Assert.That(Texts.Innermost(Texts.Levels(unit), TextDocument.Of(text)), Is.Empty, unit.ToString());
        }
    }

    [Test]
    public void Segmenter_IsSafeForSeveralThreads()
    {
        var segmenter = new TextSegmenter(Texts.Levels(TextUnit.Paragraph, TextUnit.Sentence));
        string[] texts = [.. Enumerable.Range(0, 200).Select(i => string.Concat(Enumerable.Range(0, i % 17).Select(j => $"Sentence {j} of {i}. Next!\n\n今天{i}。")))];
        string[] Show(string text) => [.. segmenter.Segment(TextDocument.Of(text)).Segments.SelectMany(paragraph => paragraph.Segments).Select(sentence => $"{sentence.Start} {sentence.End}")];
        string[][] alone = [.. texts.Select(Show)];
        string[][] together = [.. texts.AsParallel().AsOrdered().WithDegreeOfParallelism(8).Select(Show)];
        Assert.That(together, Is.EqualTo(alone));
    }
}
