namespace PatchMoE.Gen.Planning.Ilgpu;

/// <summary>A layer's kernels on a GPU. A unit is an expert of an instance; dense and sample layers have one unit per instance.</summary>
/// <param name="Layer">The layer.</param>
/// <param name="Layout">Where its patches lie.</param>
/// <param name="Routed">What the router sees: the patches, or the sum of an instance's patches.</param>
/// <param name="Scores">The tiles of the router's scores; null for dense.</param>
/// <param name="Selection">How the best patches are found; null unless the routing is expertChoice.</param>
/// <param name="Experts">The tiles of pre-activations.</param>
/// <param name="WeightGradient">The tiles of the experts' gradient.</param>
/// <param name="RouterGradient">The tiles of the router's gradient where it has a kernel of its own: softmaxAll and sample.</param>
/// <param name="InputGradient">How the gradient of the patches is summed.</param>
/// <param name="DeltaStride">
/// Values of a chosen patch in the array of activations and δ: M, and one more for ∂L/∂g where the router learns from the chosen patches alone, whose
/// gradient then is one more row of the expert's.
/// </param>
internal sealed record IlgpuLayerPlan(
    LayerPlan Layer,
    PatchLayout Layout,
    PatchLayout Routed,
    ProductTiling? Scores,
    DeviceSelection? Selection,
    ProductTiling Experts,
    GradientTiling WeightGradient,
    GradientTiling? RouterGradient,
    InputGradientTiling InputGradient,
    int DeltaStride)
{
    /// <summary>Threads of a group of the pooling's backward pass.</summary>
    public const int PoolThreads = 128;

    private const int MaxRouteLanes = 32;
    private const int MaxExpertLanes = 16;
    private const int BiasThreads = 64;
    private const int FoldThreads = 128;

    public int Units => Layer.Routing == Routing.ExpertChoice ? Layer.Experts : 1;

    /// <summary>Units of a group of the pooling's backward pass: a thread per patch taken.</summary>
    public int PoolUnits => Math.Max(1, PoolThreads / Layer.Taken);

    /// <summary>Whether δ has a row for the router.</summary>
    public bool RouterRow => DeltaStride > Layer.Neurons;

    public ElementTiling BiasGradient => new(Layer.Experts * Layer.Neurons, BiasThreads);

    /// <summary>Whether layer 0's overlapping patches need gradients of their own, folded into the input's.</summary>
    public bool Folds => Layout.Overlapping;

    /// <summary>The fold, a thread per value of a sample.</summary>
    public ElementTiling Fold => new(Layout.InstanceStride * Layout.Vector, FoldThreads);

    public static IlgpuLayerPlan Of(LayerPlan layer, InputSpec input)
    {
        bool choice = layer.Routing == Routing.ExpertChoice;
        bool sample = layer.Routing == Routing.Sample;
        bool all = choice && layer.Spec.Gate == Gate.SoftmaxAll;
        PatchLayout layout = layer.Index == 0 ? PatchLayout.Of(input, layer.Patches, layer.Dimension) : PatchLayout.Dense(layer.Patches, layer.Dimension);
        PatchLayout routed = sample ? PatchLayout.Dense(1, layer.Dimension) : layout;
        ProductTiling? scores = layer.Routing == Routing.Dense ? null : ProductTiling.Of(sample ? 1 : layer.Patches, layer.Experts, routed.Vectors, MaxRouteLanes);
        int deltaStride = layer.Neurons + (layer.HasGate && !all ? 1 : 0);
        return new IlgpuLayerPlan(
            layer,
            layout,
            routed,
            scores,
            choice ? DeviceSelection.Of(layer.Patches, scores!.Units * layer.Experts) : null,
            ProductTiling.Of(layer.Taken, layer.Neurons, layout.Vectors, MaxExpertLanes),
            GradientTiling.Of(deltaStride, layout),
            all || sample ? GradientTiling.Of(layer.Experts, routed) : null,
            InputGradientTiling.Of(layer, layout),
            deltaStride);
    }
}
