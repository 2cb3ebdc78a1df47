using PatchMoE.Text;

namespace PatchMoE.Tests.Texts;

[TestFixture]
public sealed class TextEncoderTests
{
    private static readonly TextSpec s_twoLevels = new([new TextLevel(TextUnit.Paragraph, 3), new TextLevel(TextUnit.Sentence, 2)], Dimension: 16);

    [Test]
    public void Lengths_CountTheSegmentsOfEachGroup()
    {
        (EncodedText text, _, int[] lengths) = Encode(s_twoLevels, "One. Two.\n\nThree.");
        Assert.That(lengths, Is.EqualTo(new[] { 2, 1, 0 }));
        Assert.That((text.Kept, text.Cut), Is.EqualTo((3, 0)));
    }

    [Test]
    public void LongTexts_AreCutAndCounted()
    {
        (EncodedText text, _, int[] lengths) = Encode(s_twoLevels, "One. Two. Three.\n\nFour.\n\nFive.\n\nSix. Seven.");
        Assert.That(lengths, Is.EqualTo(new[] { 2, 1, 1 }));
        Assert.That((text.Kept, text.Cut), Is.EqualTo((4, 3)));
    }

    [Test]
    public void Patches_AreVectorsWithTheirPlacesAndPaddingIsZero()
    {
        (EncodedText text, float[] values, _) = Encode(s_twoLevels, "One. Two.\n\nThree.");
        int d = s_twoLevels.PatchDimension;
        Assert.That(values, Has.Length.EqualTo(6 * d));
        float[][] patches = [.. values.Chunk(d)];
        Assert.That(patches.Select(patch => patch[..16].Sum(value => value * value)), Is.EqualTo(new[] { 1f, 1f, 1f, 0f, 0f, 0f }).Within(1e-6));
        TextSegment paragraph = text.Text.Segments[0];
        TextSegment second = paragraph.Segments[1];
        Assert.That(patches[1][16..22], Is.EqualTo(new[] { second.PlaceInParent, second.PlaceInDocument, 0f, 1f, 0f, 0f }));
        Assert.That(patches[1][22..], Is.EqualTo(new[] { paragraph.PlaceInParent, paragraph.PlaceInDocument, 1f, 0f, 0f, 0f }), "the paragraph around it");
        Assert.That(patches[0][22..], Is.EqualTo(patches[1][22..]));
        Assert.That(patches[2][18..22], Is.EqualTo(new[] { 1f, 1f, 0f, 0f }));
        Assert.That(patches[2][24..], Is.EqualTo(new[] { 0f, 1f, 0f, 0f }));
        Assert.That(patches.Skip(3).SelectMany(patch => patch), Is.All.Zero);
    }

    [Test]
    public void TitleAndHeading_AreMarked()
    {
        var encoder = new TextEncoder(Texts.Model(s_twoLevels));
        (float[] values, int[] lengths) = (new float[encoder.InputLength], new int[encoder.GroupCount]);
        encoder.Encode(new TextDocument("Title", [new TextSection("Heading", "Body.")]), values, lengths);
        Assert.That(values.Chunk(s_twoLevels.PatchDimension).Where((_, i) => i % 2 == 0).Select(patch => (patch[20], patch[21])), Is.EqualTo(new[] { (1f, 0f), (0f, 1f), (0f, 0f) }));
    }

    /// <summary>Every level but the whole text has its features, from the inner to the outer.</summary>
    [Test]
    public void PlacesOfAllLevels_AreThere()
    {
        TextSpec spec = Texts.Levels(TextUnit.Document, TextUnit.Section, TextUnit.Sentence);
        Assert.That((spec.PlacedLevels, spec.PatchDimension, Texts.Levels(TextUnit.Document).PatchDimension), Is.EqualTo((2, 32 + 12, 32)));
        var encoder = new TextEncoder(Texts.Model(spec));
        (float[] values, int[] lengths) = (new float[encoder.InputLength], new int[encoder.GroupCount]);
        var document = new TextDocument("Title", [new TextSection("Heading", "One. Two."), new TextSection("", "Three.")]);
        EncodedText text = encoder.Encode(document, values, lengths);
        TextSegment[] sections = [.. text.Text.Segments.Single().Segments];
        float[][] patches = [.. values.Chunk(44).Where(patch => patch.Any(value => value != 0))];
        Assert.That(patches, Has.Length.EqualTo(5));
        Assert.That(patches[0][36..], Is.EqualTo(new[] { 1f, 0f, sections[0].PlaceInParent, sections[0].PlaceInDocument, 0f, 0f, 1f, 0f }), "the title is a section of its own");
        Assert.That(patches[3][38..], Is.EqualTo(new[] { sections[1].PlaceInParent, sections[1].PlaceInDocument, 1f, 0f, 0f, 0f }));
        Assert.That(patches[4][38..], Is.EqualTo(new[] { sections[2].PlaceInParent, sections[2].PlaceInDocument, 0f, 1f, 0f, 0f }));
    }

    /// <summary>What was in the arrays before does not show.</summary>
    [Test]
    public void Encode_OverwritesAll()
    {
        var encoder = new TextEncoder(Texts.Model(s_twoLevels));
        (float[] first, float[] second) = (new float[encoder.InputLength], new float[encoder.InputLength]);
        (int[] counts, int[] others) = (new int[encoder.GroupCount], new int[encoder.GroupCount]);
        encoder.Encode(TextDocument.Of("One. Two.\n\nThree. Four.\n\nFive. Six."), first, counts);
        encoder.Encode(TextDocument.Of("Seven."), first, counts);
        encoder.Encode(TextDocument.Of("Seven."), second, others);
        Assert.That(first, Is.EqualTo(second));
        Assert.That(counts, Is.EqualTo(others).And.EqualTo(new[] { 1, 0, 0 }));
    }

    [Test]
    public void EmptyTexts_HaveNoPatches()
    {
        (EncodedText text, float[] values, int[] lengths) = Encode(s_twoLevels, "...");
        Assert.That((text.Kept, text.Cut), Is.EqualTo((0, 0)));
        Assert.That(values, Is.All.Zero);
        Assert.That(lengths, Is.All.Zero);
    }

    [Test]
    public void OtherInputs_AreRefused()
    {
        ModelSpec vectors = Texts.Model(s_twoLevels) with { Input = new VectorsInputSpec(2, 22, EquatableArray.Of(3)) };
        ModelSpec given = Texts.Model(s_twoLevels with { Embedding = TextEmbedding.Given, Position = false });
        Assert.That(() => new TextEncoder(vectors), Throws.ArgumentException.With.Message.StartsWith("The model's input is not a text, so a text cannot become one."));
        Assert.That(() => new TextEncoder(given), Throws.ArgumentException.With.Message.StartsWith("The vectors of the model's segments are given by the data"));
    }

    private static (EncodedText Text, float[] Values, int[] Lengths) Encode(TextSpec spec, string text)
    {
        var encoder = new TextEncoder(Texts.Model(spec));
        var values = new float[encoder.InputLength];
        var lengths = new int[encoder.GroupCount];
        return (encoder.Encode(TextDocument.Of(text), values, lengths), values, lengths);
    }
}
