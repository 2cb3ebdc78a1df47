namespace PatchMoE.Gen.Planning.Ilgpu;

/// <summary>A layer's kernels on a GPU. A unit is an expert of an instance; dense and sample layers have one unit per instance.</summary>
/// <param name="Layer">The layer.</param>
/// <param name="Image">The image, or the map of the layer below, from which its patches are cut; null for vectors and the outputs of groups.</param>
/// <param name="Layout">Where its patches lie.</param>
/// <param name="Routed">What the router sees: the patches, or the sum of an instance's patches.</param>
/// <param name="Scores">The tiles of the router's scores; null for dense.</param>
/// <param name="Selection">How an expert's best patches are found; null unless the routing is expertChoice.</param>
/// <param name="Experts">The tiles of pre-activations.</param>
/// <param name="WeightGradient">The tiles of the experts' gradient.</param>
/// <param name="RouterGradient">The tiles of the router's gradient where it has a kernel of its own: where all scores have a gradient, and for sample.</param>
/// <param name="InputGradient">How the gradient of the patches is summed.</param>
/// <param name="DeltaStride">
/// Values of a chosen patch in the array of activations and δ: M, and one more for ∂L/∂g where the router learns from the chosen patches alone, whose
/// gradient then is one more row of the expert's.
/// </param>
internal sealed record IlgpuLayerPlan(
    LayerPlan Layer,
    ImageInputSpec? Image,
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

    /// <summary>Whether an instance can have fewer valid patches than n, by the counts of the batch.</summary>
    public bool IsRagged { get; init; }

    /// <summary>The windows through which the valid patches of layer 0, a sequence, become this layer's; none elsewhere.</summary>
    public EquatableArray<WindowSpec> Windows { get; init; }

    public int Units => Layer.HasRoutes ? Layer.Experts : 1;

    /// <summary>Floats of an instance's outputs: m, or those of its map with the border.</summary>
    public int OutputStride => Layer.Map?.Floats ?? Layer.Outputs;

    /// <summary>Whether no kernel writes some places of the map, so that it must be 0 before: the border, and what no expert takes.</summary>
    public bool ClearsMap => Layer.Map is { } map && (map.HasBorder || Layer.Routing != Routing.Dense);

    /// <summary>Token choice: the capacity of an expert; null where it holds every patch.</summary>
    public CapacityFraction? Capacity { get; init; }

    /// <summary>The sums for auxiliary losses; null without.</summary>
    public AuxiliarySums? Auxiliary => AuxiliarySums.Of(Layer);

    /// <summary>Token choice: the scores' gradients of an instance, a thread for each patch or, where only pairs that experts take have one, for each of these.</summary>
    public ElementTiling TokenBackward =>
        Layer.HasDenseScores ? new(Layer.Patches, Math.Min(Layer.Patches, PoolThreads)) : new(Units * Layer.Taken, Math.Min(Units * Layer.Taken, PoolThreads));

    /// <summary>Units of a group of the pooling's backward pass: a thread per patch taken.</summary>
    public int PoolUnits => Math.Max(1, PoolThreads / Layer.Taken);

    /// <summary>Whether δ has a row for the router.</summary>
    public bool RouterRow => DeltaStride > Layer.Neurons;

    public ElementTiling BiasGradient => new(Layer.Experts * Layer.Neurons, BiasThreads);

    /// <summary>Whether overlapping patches need gradients of their own, folded into those of the image or of the map.</summary>
    public bool Folds => Layout.Overlapping;

    /// <summary>The fold, a thread per value of a sample.</summary>
    public ElementTiling Fold => new(Layout.InstanceStride * Layout.Vector, FoldThreads);

    public static IlgpuLayerPlan Of(LayerPlan layer, ModelPlan model)
    {
        bool choice = layer.Routing == Routing.ExpertChoice;
        bool sample = layer.Routing == Routing.Sample;
        bool all = layer.HasDenseScores;
        ImageInputSpec? image = layer.Index == 0 ? model.Model.Input as ImageInputSpec
            : layer.Spec.Window is { } window ? model.Layers[layer.Index - 1].Map!.AsImage(window)
            : null;
        PatchLayout layout = image is null ? PatchLayout.Dense(layer.Patches, layer.Dimension) : PatchLayout.Of(image);
        PatchLayout routed = sample ? PatchLayout.Dense(1, layer.Dimension) : layout;
        ProductTiling? scores = layer.Routing == Routing.Dense ? null : ProductTiling.Of(sample ? 1 : layer.Patches, layer.Experts, routed.Vectors, MaxRouteLanes);
        int deltaStride = layer.Neurons + (layer.HasGate && !all ? 1 : 0);
        return new IlgpuLayerPlan(
            layer,
            image,
            layout,
            routed,
            scores,
            choice ? DeviceSelection.Of(layer.Patches, scores!.Units * layer.Experts) : null,
            ProductTiling.Of(layer.Taken, layer.Neurons, layout.Vectors, MaxExpertLanes),
            GradientTiling.Of(deltaStride, layout),
            all || sample ? GradientTiling.Of(layer.Experts, routed) : null,
            InputGradientTiling.Of(layer, layout),
            deltaStride)
        {
            IsRagged = model.HasLengths && (layer.IsRagged || layer.Spec.Window is not null),
            Capacity = layer.Token is { HasCapacity: true } token ? CapacityFraction.Of(token.Choice, layer.Patches, layer.Experts) : null,
            Windows = model.HasLengths ? model.Layers.Take(layer.Index + 1).Select(below => below.Spec.Window).OfType<WindowSpec>().ToEquatableArray() : default,
        };
    }
}
