namespace PatchMoE.Tests;

[TestFixture]
public sealed class TextInputReaderTests
{
    [Test]
    public void OneLevel_IsSentencesUnlessTheSpecSaysOtherwise() => Assert.That(Read("""{ "kind": "text", "maxSegments": 32, "dimension": 64 }"""), Is.EqualTo(
        new VectorsInputSpec(32, 64 + TextSpec.PositionFeatures) { Text = new TextSpec([new TextLevel(TextUnit.Sentence, 32)], 64) }));

    [Test]
    public void Ngrams_StepByTheirLengthUnlessTheSpecSaysOtherwise()
    {
        VectorsInputSpec next = Read("""{ "kind": "text", "segment": "ngram", "length": 5, "maxSegments": 32, "dimension": 64, "position": false }""");
        VectorsInputSpec overlapping = Read("""{ "kind": "text", "segment": "ngram", "length": 5, "step": 2, "maxSegments": 32, "dimension": 64, "position": false }""");
        Assert.That((next.Text!.NgramLength, next.Text.NgramStep, next.Dimension), Is.EqualTo((5, 5, 64)));
        Assert.That((overlapping.Text!.NgramLength, overlapping.Text.NgramStep), Is.EqualTo((5, 2)));
    }

    [Test]
    public void Levels_BecomeGroupsOutermostFirst()
    {
        VectorsInputSpec input = Read("""{ "kind": "text", "levels": ["section", "paragraph", "sentence"], "maxSegments": [4, 8, 16], "dimension": 64 }""", 3);
        Assert.That((input.Patches, input.Groups), Is.EqualTo((16, EquatableArray.Of(4, 8))));
    }

    [Test]
    public void OneNumber_IsThatOfEveryLevelButTheDocument()
    {
        VectorsInputSpec input = Read("""{ "kind": "text", "levels": ["document", "paragraph", "sentence"], "maxSegments": 8, "dimension": 64 }""", 3);
        Assert.That((input.Patches, input.Groups), Is.EqualTo((8, EquatableArray.Of(1, 8))));
    }

    [Test]
    public void GivenVectors_HaveNoPosition()
    {
        VectorsInputSpec input = Read("""{ "kind": "text", "maxSegments": 32, "dimension": 64, "embedding": "given" }""");
        Assert.That((input.Dimension, input.Text!.Position), Is.EqualTo((64, false)));
    }

    private static VectorsInputSpec Read(string input, int layers = 1) =>
        (VectorsInputSpec)SpecText.Read(SpecText.Of(input: input, layers: string.Join(", ", Enumerable.Repeat(SpecText.Dense, layers)))).Model.Input;
}
