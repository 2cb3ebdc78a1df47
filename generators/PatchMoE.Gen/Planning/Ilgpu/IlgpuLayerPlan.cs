namespace PatchMoE.Gen.Planning.Ilgpu;

/// <summary>A layer's kernels on a GPU. A unit is an expert of an instance; dense and sample layers have one unit per instance.</summary>
/// <param name="Layer">The layer.</param>
/// <param name="Rows">Where its patches lie.</param>
/// <param name="Scores">The tiles of the router's scores; null for dense.</param>
/// <param name="Selection">How the best patches are found; null unless the routing is expertChoice.</param>
/// <param name="Convolution">The tiles of pre-activations.</param>
/// <param name="WeightGradient">The tiles of the experts' gradient.</param>
/// <param name="RouterGradient">The tiles of the router's gradient where it has a kernel of its own: softmaxAll and sample.</param>
/// <param name="InputPatches">Patches whose gradient a thread holds at once.</param>
/// <param name="InputThreads">Threads of the input gradient's groups, along d.</param>
/// <param name="DeltaStep">
/// Values of a chosen patch in the array of activations and δ: M, and one more for ∂L/∂g where the router learns from the chosen patches alone, whose
/// gradient then is one more row of the expert's.
/// </param>
internal sealed record IlgpuLayerPlan(
    LayerPlan Layer,
    DeviceRows Rows,
    DotTiling? Scores,
    DeviceSelection? Selection,
    DotTiling Convolution,
    OuterTiling WeightGradient,
    OuterTiling? RouterGradient,
    int InputPatches,
    int InputThreads,
    int DeltaStep)
{
    private const int MostRouteLanes = 32;
    private const int MostConvolutionLanes = 16;
    private const int MostInputPatches = 8;
    private const int MostInputThreads = 128;

    /// <summary>Units of an instance.</summary>
    public int Units => Layer.Routing == Routing.ExpertChoice ? Layer.Experts : 1;

    /// <summary>Whether δ has a row for the router.</summary>
    public bool RouterRow => DeltaStep > Layer.Neurons;

    /// <summary>Whether layer 0's overlapping patches need gradients of their own, folded into the input's.</summary>
    public bool Folds => Rows.Overlapping;

    /// <summary>Plans a layer.</summary>
    public static IlgpuLayerPlan Of(LayerPlan layer, InputSpec input)
    {
        bool choice = layer.Routing == Routing.ExpertChoice;
        bool sample = layer.Routing == Routing.Sample;
        bool all = choice && layer.Spec.Gate == Gate.SoftmaxAll;
        DeviceRows rows = layer.Index == 0 ? DeviceRows.Of(input, layer.Patches, layer.Dimension) : DeviceRows.Dense(layer.Patches, layer.Dimension);
        int deltaStep = layer.Neurons + (layer.HasGate && !all ? 1 : 0);
        DotTiling? scores = choice ? DotTiling.Of(layer.Patches, layer.Experts, rows.Columns, MostRouteLanes)
            : sample ? DotTiling.Of(1, layer.Experts, DeviceRows.Dense(1, layer.Dimension).Columns, MostRouteLanes)
            : null;
        DeviceRows routed = sample ? DeviceRows.Dense(1, layer.Dimension) : rows;
        return new IlgpuLayerPlan(
            layer,
            rows,
            scores,
            choice ? DeviceSelection.Of(layer.Patches, scores!.Units * layer.Experts) : null,
            DotTiling.Of(layer.Taken, layer.Neurons, rows.Columns, MostConvolutionLanes),
            OuterTiling.Of(deltaStep, rows),
            all || sample ? OuterTiling.Of(layer.Experts, routed) : null,
            DotTiling.Even(layer.Taken, MostInputPatches),
            Math.Min(rows.Columns, MostInputThreads),
            deltaStep);
    }
}
