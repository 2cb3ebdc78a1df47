using PatchMoE.Compiler;
using PatchMoE.Text;

namespace PatchMoE.Tests.Texts;

/// <summary>A compiled model that takes texts.</summary>
[TestFixture]
public sealed class TextModelTests
{
    private const string Words = "Buy now. Everything must go!\n\nDear friend, this is an offer. Answer soon.";

    private static readonly TextUnit[][] s_levels =
    [
        [TextUnit.Sentence],
        [TextUnit.Ngram],
        [TextUnit.Paragraph, TextUnit.Sentence],
        [TextUnit.Document, TextUnit.Paragraph, TextUnit.Sentence],
    ];

    [TestCaseSource(nameof(s_levels))]
    public void Model_CarriesItsSpecAndClassifiesTexts(TextUnit[] units)
    {
        var spec = new PatchMoESpec("texts", Texts.Model(Texts.Levels(units)));
        using IPatchMoEModel model = Compile(spec);
        Assert.That(model.Spec, Is.EqualTo(spec));

        var encoder = new TextEncoder(model.Spec.Model);
        (float[] values, int[] lengths) = (new float[encoder.InputLength], new int[encoder.GroupCount]);
        encoder.Encode(TextDocument.Of(Words), values, lengths);
        Assert.That(model.ClassifyText(Words), Is.EqualTo(model.Classify(values, lengths)));
        Assert.That(model.ClassifyText(Words), Is.Not.EqualTo(model.ClassifyText("Another text.")));
    }

    [TestCaseSource(nameof(s_levels))]
    public void Explanation_NamesTheSegmentsThatExpertsSaw(TextUnit[] units)
    {
        using IPatchMoEModel model = Compile(new PatchMoESpec("texts", Texts.Model(Texts.Levels(units))));
        TextExplanation explanation = model.ExplainText(Words);
        TextSegment[] seen = [.. explanation.Explanation.Experts.SelectMany(expert => expert.Patches).Select(patch => explanation.SegmentAt(patch.Place)).Distinct()];
        Assert.That(explanation.Prediction, Is.EqualTo(model.ClassifyText(Words)));
        Assert.That(seen, Is.Not.Empty);
        Assert.That(seen.Select(segment => segment.Unit), Is.All.EqualTo(units[^1]));
        Assert.That(seen.Select(explanation.Text.Of), Is.SubsetOf(Texts.Innermost(Texts.Levels(units), TextDocument.Of(Words))));
        Assert.That(() => explanation.SegmentAt(new PatchPlace(0, 15, 0, 15, null)), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    /// <summary>A model whose weights are large enough for every segment to count.</summary>
    private static IPatchMoEModel Compile(PatchMoESpec spec)
    {
        IPatchMoEModel model = PatchMoECompiler.Compile(spec);
        for (int i = 0; i < model.Parameters.Length; i++)
        {
            model.Parameters[i] = ((i * 37 % 19) - 9) / 9f;
        }

        return model;
    }
}
