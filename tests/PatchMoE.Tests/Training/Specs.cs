namespace PatchMoE.Tests;

/// <summary>Specs for the training tests.</summary>
internal static class Specs
{
    /// <summary>28×28 digits on a 4×4 grid, as in the paper.</summary>
    public static ImageInputSpec Mosaic { get; } = new(112, 112, 1, 28, 28, 28, 28);

    /// <summary>Small vectors: n = 4, d = 11 (a tail for every vector width).</summary>
    public static VectorsInputSpec Vectors { get; } = new(4, 11);

    public static SyntheticDataSpec Synthetic { get; } = new(5, 0.3, 0.05, 50, 40);

    public static MosaicDataSpec MosaicData(int train, int test) => new("mnist", 1, 0, EquatableArray.Of(2, 3, 4, 5, 6, 7, 8, 9), 4, 4, train, test);

    /// <summary>The paper's separate training: two experts, gate 1, head ±1.</summary>
    public static PatchMoESpec Separate(InputSpec input, DataSpec data, int taken = 2, int neurons = 3) => new(
        "separate",
        new ModelSpec(
            input,
            EquatableArray.Of(new LayerSpec(Routing.ExpertChoice, 2, neurons, taken)),
            new HeadSpec(HeadKind.Fixed, 1, HeadWeights.Sign),
            Loss.Logistic),
        Training(TrainingMethod.Separate) with { Init = new InitSpec(0.1, 0.1, null) },
        data);

    /// <summary>A dense network with a linear head on softmax cross entropy.</summary>
    public static PatchMoESpec Dense(InputSpec input, int outputs, DataSpec? data, TrainingSpec? training = null) => new(
        "dense",
        new ModelSpec(
            input,
            EquatableArray.Of(new LayerSpec(Routing.Dense, 1, 6)),
            new HeadSpec(HeadKind.Linear, outputs),
            Loss.SoftmaxCrossEntropy),
        training ?? Training(TrainingMethod.Single),
        data);

    public static TrainingSpec Training(TrainingMethod method, OptimizerKind optimizer = OptimizerKind.Sgd) => TrainingSpec.Default with
    {
        Method = method,
        Epochs = 6,
        RouterEpochs = 4,
        Batch = 8,
        Optimizer = OptimizerSpec.Of(OptimizerKind.Sgd) with { Kind = optimizer, LearningRate = optimizer >= OptimizerKind.Adam ? 0.01 : 0.1, WeightDecay = 0.001 },
        Schedule = ScheduleSpec.Default with { Kind = ScheduleKind.Constant },
    };
}
