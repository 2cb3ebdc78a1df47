namespace PatchMoE.Cli.TextExperiments;

/// <summary>The networks on texts that the experiments compare: hashed vectors, 64 neurons in each layer.</summary>
internal static class TextNetworks
{
    /// <summary>pMoE on the sentences.</summary>
    public const string Sentences = "sentences";

    /// <summary>pMoE on the paragraphs.</summary>
    public const string Paragraphs = "paragraphs";

    /// <summary>pMoE on n-grams of twelve words.</summary>
    public const string Ngrams = "ngrams";

    /// <summary>Every neuron sees every sentence.</summary>
    public const string Dense = "dense";

    /// <summary>The conventional mixture of experts: one expert for each text.</summary>
    public const string SampleMoE = "sample-moe";

    /// <summary>pMoE on the sentences of each paragraph, and on the paragraphs.</summary>
    public const string TwoLevels = "two-levels";

    /// <summary>As <see cref="TwoLevels"/>, with a layer for the text itself above, which chooses one expert for each text.</summary>
    public const string ThreeLevels = "three-levels";

    /// <summary>As <see cref="TwoLevels"/>, without routing.</summary>
    public const string DenseLevels = "dense-levels";

    /// <summary>No network: the mean of the sentences' vectors, and one linear classifier.</summary>
    public const string Averaged = "averaged";

    private const int Dimension = 4096;
    private const int NgramLength = 12;

    private static readonly LayerSpec s_experts = new(Routing.ExpertChoice, Experts: 8, NeuronsPerExpert: 8, PatchesPerExpert: 4, Gate.SoftmaxSelected, Bias: true);

    // A softmax over l segments and 1/l make outputs of size 1/l²: sums keep what the layer above sees from vanishing.
    private static readonly LayerSpec s_lower = s_experts with { PatchesPerExpert = 2, Pooling = Pooling.Sum };
    private static readonly LayerSpec s_upper = s_experts with { Pooling = Pooling.Sum };
    private static readonly LayerSpec s_dense = new(Routing.Dense, Experts: 1, NeuronsPerExpert: 64, Bias: true);
    private static readonly LayerSpec s_sample = new(Routing.Sample, Experts: 8, NeuronsPerExpert: 8, Bias: true);

    private static readonly TrainingSpec s_training = TrainingSpec.Default with { Epochs = 10, Batch = 20 };

    /// <summary>The spec of a network on some texts; for <see cref="Averaged"/> the one whose input it averages.</summary>
    /// <param name="name">One of the names above.</param>
    /// <param name="corpus">The texts.</param>
    public static PatchMoESpec Of(string name, TextCorpus corpus)
    {
        (TextLevel[] levels, LayerSpec[] layers) = Parts(name);
        (int length, int step) = name == Ngrams ? (NgramLength, NgramLength) : (0, 0);
        var text = new TextSpec([.. levels], Dimension, NgramLength: length, NgramStep: step);
        var input = new VectorsInputSpec(levels[^1].MaximumSegments, text.PatchDimension, levels[..^1].Select(level => level.MaximumSegments).ToEquatableArray()) { Text = text };
        return new PatchMoESpec(name, new ModelSpec(input, [.. layers], new HeadSpec(HeadKind.Linear, corpus.Classes.Count, Bias: true), Loss.SoftmaxCrossEntropy), s_training, corpus.Data);
    }

    private static (TextLevel[] Levels, LayerSpec[] Layers) Parts(string name) => name switch
    {
        Sentences => ([new TextLevel(TextUnit.Sentence, 128)], [s_experts]),
        Paragraphs => ([new TextLevel(TextUnit.Paragraph, 64)], [s_experts]),
        Ngrams => ([new TextLevel(TextUnit.Ngram, 192)], [s_experts]),
        Dense or Averaged => ([new TextLevel(TextUnit.Sentence, 128)], [s_dense]),
        SampleMoE => ([new TextLevel(TextUnit.Sentence, 128)], [s_sample]),
        TwoLevels => ([new TextLevel(TextUnit.Paragraph, 48), new TextLevel(TextUnit.Sentence, 6)], [s_lower, s_upper]),
        ThreeLevels => ([new TextLevel(TextUnit.Document, 1), new TextLevel(TextUnit.Paragraph, 48), new TextLevel(TextUnit.Sentence, 6)], [s_lower, s_upper, s_sample]),
        DenseLevels => ([new TextLevel(TextUnit.Paragraph, 48), new TextLevel(TextUnit.Sentence, 6)], [s_dense, s_dense]),
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "No such network."),
    };
}
