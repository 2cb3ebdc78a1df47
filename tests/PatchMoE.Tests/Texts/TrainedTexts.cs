using PatchMoE.Documents;

namespace PatchMoE.Tests.Texts;

/// <summary>Small networks that learn the vectors of tokens, and texts for them.</summary>
internal static class TrainedTexts
{
    /// <summary>Paragraphs of sentences, with a table of 40 tokens in 9 values.</summary>
    public static PatchMoESpec Spec { get; } = Of(OptimizerKind.Sgd);

    /// <summary>Texts of two classes that differ in a few words, some of which share a row of the table.</summary>
    public static IReadOnlyList<(string Text, int Class)> Samples { get; } = [.. Enumerable.Range(0, 24).Select(i => (Text(i), i % 2))];

    /// <summary>The network, trained in batches of 5.</summary>
    public static PatchMoESpec Of(OptimizerKind kind, double weightDecay = 0)
    {
        var text = new TextSpec(
            EquatableArray.Of(new TextLevel(TextUnit.Paragraph, 3), new TextLevel(TextUnit.Sentence, 2)), Dimension: 9, TextEmbedding.Trained, Vocabulary: 40);
        TrainingSpec training = Specs.Training(TrainingMethod.Joint, kind);
        return new PatchMoESpec("trained", Texts.Model(text), training with { Batch = 5, Epochs = 4, Optimizer = training.Optimizer with { WeightDecay = weightDecay } });
    }

    /// <summary>Texts as tokens.</summary>
    public static Dataset Data(PatchMoESpec spec, int first = 0, int count = 24) => new TextEncoding(DocumentReader.Default, spec.Model, new LoadOptions { Seed = 1, SpecFolder = "." }).Encode(
        [.. Samples.Skip(first).Take(count).Select((sample, i) => new LabelledText($"{i}", $"{sample.Class}", TextDocument.Of(sample.Text)))],
        [.. Samples.Skip(first).Take(count).Select(sample => sample.Class)]);

    /// <summary>Weights large enough that every expert answers.</summary>
    public static void Draw(INetworkWeights weights)
    {
        var random = new Random(3);
        foreach (ParameterSpec tensor in weights.ParameterSpecs)
        {
            foreach (ref float value in weights.Parameters.Slice(tensor.Offset, tensor.Length))
            {
                value = random.NextSingle() - 0.4f;
            }
        }
    }

    private static string Text(int i) =>
        $"Some word{i % 7} and word{i % 5}. {(i % 2 == 0 ? "Fine work here" : "Poor show there")}, we say again and again.\n\nOther word{i % 3}.{(i % 4 == 0 ? " One more." : "")}";
}
