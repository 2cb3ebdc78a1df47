namespace PatchMoE.Tests;

/// <summary>A small network, and a state of its training in the middle of an epoch.</summary>
internal static class SampleCheckpoint
{
    public static ModelSpec Model { get; } = new(
        new VectorsInputSpec(4, 11),
        EquatableArray.Of(new LayerSpec(Routing.Dense, 1, 6)),
        new HeadSpec(HeadKind.Linear, 2),
        Loss.SoftmaxCrossEntropy);

    /// <summary>An epoch with all that is measured.</summary>
    public static EpochMetrics Epoch { get; } = new(TrainingPhase.All, 1, 0.1, 1, 2.5, 0.75, 0.5, 5)
    {
        ValidationLoss = 2,
        ValidationAccuracy = 0.5,
        PeakMemory = 1 << 20,
        Experts = new ExpertUse(EquatableArray.Of(0.5, 0.5), EquatableArray.Of<double>(), 1, 1),
    };

    public static Checkpoint State { get; } = new(
        7, TrainingMethod.Single, OptimizerKind.Adam, 8, 50, TrainingPhase.All, 1, 3, 1.5, 10, Buffer(), [("first", Buffer()), (Optimizer.SquaresName, Buffer())], [Epoch])
    {
        Best = new BestEpoch(1, 2, Buffer()),
        HeldOut = 5,
    };

    private static float[] Buffer() => [.. Enumerable.Range(0, ModelParameters.BufferLength(Model.Parameters())).Select(i => i / 64f)];
}
