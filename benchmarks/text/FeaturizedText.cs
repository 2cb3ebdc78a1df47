using Microsoft.ML;
using PatchMoE.Training.Data;

namespace PatchMoE.TextBaselines;

/// <summary>ML.NET's usual pipeline: words, pairs of words and triples of characters of subject and body, normalised.</summary>
internal sealed class FeaturizedText : Baseline
{
    public override string Name => "mlnet";

    protected override int VectorLength => 0;

    protected override IEstimator<ITransformer> Features(MLContext context) => context.Transforms.Text.FeaturizeText("TitleFeatures", nameof(Row.Title))
        .Append(context.Transforms.Text.FeaturizeText("TextFeatures", nameof(Row.Text)))
        .Append(context.Transforms.Concatenate("Features", "TitleFeatures", "TextFeatures"));

    protected override Row ToRow(LabelledText text, bool isPositive) => new()
    {
        Label = isPositive,
        Title = text.Document.Title,
        Text = string.Join("\n\n", text.Document.Sections.Select(section => section.Body)),
    };
}
