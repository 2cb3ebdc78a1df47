namespace PatchMoE.Tests;

/// <summary>A small network that learns the vectors of tokens, and random texts for it.</summary>
internal static class TokenData
{
    private const int Segments = 5;
    private const int Vocabulary = 30;

    /// <summary>Up to five segments of a text; 30 tokens in 9 values.</summary>
    public static PatchMoESpec Spec(OptimizerKind kind, int epochs)
    {
        var text = new TextSpec(EquatableArray.Of(new TextLevel(TextUnit.Sentence, Segments)), Dimension: 9, TextEmbedding.Trained, Vocabulary: Vocabulary);
        return new PatchMoESpec(
            "tokens",
            new ModelSpec(
                new VectorsInputSpec(Segments, text.PatchDimension) { Text = text },
                EquatableArray.Of(new LayerSpec(Routing.ExpertChoice, 2, 4, 2, Gate.SoftmaxSelected, Bias: true)),
                new HeadSpec(HeadKind.Linear, 2, Bias: true),
                Loss.SoftmaxCrossEntropy),
            TrainingSpec.Default with
            {
                Epochs = epochs,
                Batch = 5,
                Schedule = ScheduleSpec.Default with { Kind = ScheduleKind.Constant },
                Optimizer = OptimizerSpec.Of(kind) with { LearningRate = kind >= OptimizerKind.Adam ? 0.01 : 0.1, WeightDecay = 0.01 },
            });
    }

    /// <summary>Texts whose first segments have even tokens in one class, odd ones in the other.</summary>
    public static Dataset Draw(PatchMoESpec spec, int count)
    {
        var random = new Random(5);
        var texts = new SegmentTokens[count];
        var labels = new int[count];
        var lengths = new int[count];
        for (int i = 0; i < count; i++)
        {
            (labels[i], lengths[i]) = (i % 2, random.Next(1, Segments + 1));
            var rows = new List<int>();
            var ends = new List<int>();
            for (int segment = 0; segment < lengths[i]; segment++)
            {
                rows.AddRange(Enumerable.Range(0, random.Next(1, 6)).Select(_ => segment == 0 ? (2 * random.Next(Vocabulary / 2)) + labels[i] : random.Next(Vocabulary)));
                ends.Add(rows.Count);
            }

            float[] features = [.. Enumerable.Range(0, lengths[i] * TextSpec.PositionFeatures).Select(_ => random.NextSingle())];
            texts[i] = new SegmentTokens([.. Enumerable.Range(0, lengths[i])], [.. ends], [.. rows], features);
        }

        return new Dataset(spec.Model.InputShape(), new TokenStore(texts, spec.Model), labels, lengths);
    }
}
