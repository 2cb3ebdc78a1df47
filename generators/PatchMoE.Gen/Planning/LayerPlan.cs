namespace PatchMoE.Gen.Planning;

/// <summary>
/// All that the emitters need to know of one layer. The k experts of a dense layer see the same patches, so they are planned as one expert
/// of k·M neurons.
/// </summary>
/// <param name="Index">0 for the lowest layer.</param>
/// <param name="Spec">The layer as the spec has it.</param>
/// <param name="Shape">Its sizes as the spec has them.</param>
/// <param name="PatchGroups">The groups of layer 0 below each patch; 0 where patches are not made of groups.</param>
/// <param name="Experts">k; 1 for dense.</param>
/// <param name="Neurons">M; k·M for dense.</param>
/// <param name="Access">Where the patches lie.</param>
/// <param name="Selection">How the best patches are found; null where none are looked for.</param>
/// <param name="Block">The scratch of one instance.</param>
/// <param name="Floats">Where the layer's instances lie in a sample's float scratch.</param>
/// <param name="Integers">Where the layer's instances lie in a sample's integer scratch.</param>
/// <param name="RouterTiles">Routers per register tile; empty for dense.</param>
/// <param name="Kernel">How an expert's pre-activations are computed.</param>
/// <param name="Gradient">How the weights' gradients are summed.</param>
/// <param name="RouterGradient">How the routers' gradient is summed where it does not pass with the neurons'; else null.</param>
/// <param name="Panels">Where the layer's packed weights lie among the panels; −1 without.</param>
/// <param name="RouterOffset">Where the router weights lie in the parameter buffer; −1 for dense.</param>
/// <param name="ExpertsOffset">Where the neuron weights lie in the parameter buffer.</param>
/// <param name="BiasOffset">Where the biases lie in the parameter buffer; −1 without bias.</param>
/// <param name="Token">What only a token-choice layer has; null for others.</param>
internal sealed record LayerPlan(
    int Index,
    LayerSpec Spec,
    LayerShape Shape,
    int PatchGroups,
    int Experts,
    int Neurons,
    PatchAccess Access,
    Selection? Selection,
    BlockPlan Block,
    int Floats,
    int Integers,
    EquatableArray<TileRun> RouterTiles,
    ExpertKernel Kernel,
    GradientPlan Gradient,
    GradientPlan? RouterGradient,
    int Panels,
    int RouterOffset,
    int ExpertsOffset,
    int BiasOffset,
    TokenPlan? Token)
{
    /// <summary>How the map that the layer gives lies in the scratch; null where its outputs are pooled.</summary>
    public MapPlan? Map { get; init; }

    public int Patches => Shape.Patches;

    public int Dimension => Shape.Dimension;

    public int Instances => Shape.Instances;

    /// <summary>Whether its instances can have fewer valid patches than n, by the counts of the batch.</summary>
    public bool IsRagged => Index == 0 || PatchGroups > 0;

    /// <summary>l, or n where every patch is seen; tokenChoice: the most patches that an expert takes.</summary>
    public int Taken => Shape.PatchesPerExpert;

    public int Outputs => Shape.Outputs;

    public Routing Routing => Spec.Routing;

    /// <summary>The lanes along which its kernels sum, whose rows are patches, or pixel rows of patches that are read where they lie.</summary>
    public int Lanes => Planning.Lanes.For(Access.Image?.Length ?? Dimension);

    /// <summary>
    /// Whether the scores stop at the valid patches, where these lie one after the other: vectors may be few of many, as the sentences of a text are. Of an image all patches count, as a rule.
    /// </summary>
    public bool SkipsPadding => IsRagged && Access.Source == PatchSource.Rows && Access.RowStep == Dimension;

    /// <summary>
    /// Whether the router asks for the next patches while it scores some: those of the input that follow each other, in rows too short for the processor to see the next ones coming. Longer rows need no
    /// help, and shorter ones are one stream.
    /// </summary>
    public bool PrefetchesPatches => Index == 0 && Access.Source == PatchSource.Rows && Access.RowStep == Dimension && Dimension is >= 128 and <= 512 && Patches * Dimension >= 8192;

    /// <summary>
    /// Whether scores are computed in panels of 16 experts, packed with the neurons' weights: of many valid patches that lie one after the other, whose values are few enough for a panel to stay in the
    /// L1 cache, and so few that the folding of lanes would cost much.
    /// </summary>
    public bool HasRouterPanels => Routing == Routing.ExpertChoice && SkipsPadding && PacksFirst && !HasWindow && Lanes == Planning.Lanes.Max && Patches >= LeastPackedPatches
        && Dimension <= LongestPanel && Experts >= ExpertKernel.Vector && ExpertKernel.Fills(Experts);

    /// <summary>Patches of a tile of score panels: 12 × 1 sums of 512 bits, or 6 × 2 of 256.</summary>
    public static ByWidth<int> ScorePanelPatches { get; } = new(12, 6);

    /// <summary>Fewer patches would not repay the packing in a batch of one sample.</summary>
    private const int LeastPackedPatches = 64;

    /// <summary>A panel of so many values fills an L1 cache of 32 kB.</summary>
    private const int LongestPanel = 512;

    /// <summary>The router's panels; 0 where inner products give the scores.</summary>
    public int RouterPanels => HasRouterPanels ? Slots.Align(Experts) / ExpertKernel.Vector : 0;

    /// <summary>Where they lie behind the neurons'.</summary>
    public int RouterPanelsAt => Experts * ExpertPanels;

    /// <summary>Floats of the layer's packed weights.</summary>
    public int PanelFloats => RouterPanelsAt + (RouterPanels * ExpertKernel.Vector * Dimension);

    /// <summary>Each router's share of the floats of so many patches, in whole cache lines.</summary>
    public int PrefetchShare(int patches) => Slots.Align(((patches * Dimension) + Experts - 1) / Experts);

    /// <summary>Half of an L1 cache of 32 kB, and half of an L2 cache of 512 kB, in floats.</summary>
    private const int HalfFirstCache = 1 << 12;
    private const int HalfSecondCache = 1 << 16;

    /// <summary>
    /// Whether a tile of routers stays in the L1 cache while all patches pass over it, and not a tile of patches while all routers do: where the routers would leave the L1 cache from one tile of patches to the
    /// next, and patches come from their copies in the L2 cache and not from memory.
    /// </summary>
    public bool KeepsRouters => Access.Source == PatchSource.Copies && Experts * Dimension > HalfFirstCache && RouterTiles[0].Size * Dimension <= HalfFirstCache && Patches * Dimension <= HalfSecondCache;

    /// <summary>Tiles of the scores of valid patches, whose number is known only at run time.</summary>
    public ByWidth<EquatableArray<int>> ValidScoreTiles => RegisterTile.Downwards(Patches, Patches, RouterTiles[0].Size);

    /// <summary>Tiles of the scores: patches.</summary>
    public ByWidth<EquatableArray<TileRun>> ScoreTiles => RegisterTile.Patches(Patches, RouterTiles[0].Size).Select(size => Split.Evenly(Patches, size));

    /// <summary>Whether an expert finds its patches by its routes.</summary>
    public bool TakesByRoute => HasRoutes && Access.Source != PatchSource.Chosen;

    /// <summary>Whether each expert has a list of patches.</summary>
    public bool HasRoutes => Routing == Routing.ExpertChoice || Token is not null;

    public bool HasGate => HasRoutes && Spec.Gate != Gate.None;

    /// <summary>Whether the loss has a gradient by all scores, [k, n], and not only by those of the patches taken.</summary>
    public bool HasDenseScores => ReachesAllScores(Spec, Token);

    /// <summary>As <see cref="HasDenseScores"/>, for a layer that is being planned.</summary>
    public static bool ReachesAllScores(LayerSpec layer, TokenPlan? token) => token?.HasDenseScores ?? (layer.Routing == Routing.ExpertChoice && layer.Gate == Gate.SoftmaxAll);

    /// <summary>Whether it adds auxiliary losses to the loss.</summary>
    public bool HasAuxiliary => Token is { HasAuxiliary: true };

    /// <summary>Whether the loss has a gradient by the router's weights.</summary>
    public bool TrainsRouter => Routing == Routing.Sample || HasGate || HasAuxiliary;

    public bool HasBias => Spec.Bias;

    public bool HasPanels => Kernel.Kind == ExpertKernelKind.Panels;

    /// <summary>Whether its weights are packed before a pass, and not a block at a time within it.</summary>
    public bool PacksFirst => HasPanels && Kernel.PanelWindow is null;

    /// <summary>Whether the layer runs a window of samples at a time.</summary>
    public bool HasWindow => Kernel.Window is not null;

    /// <summary>Into how many equal parts, whole tiles of routers, the experts of a sample fall that depend on each other through their outputs alone; 1 where they do not.</summary>
    public int ExpertParts => Index == 0 && Map is null && Instances == 1 && Routing == Routing.ExpertChoice && !HasWindow && RouterGradient is null && RouterTiles.Count == 1 ? RouterTiles[0].Tiles : 1;

    /// <summary>
    /// The largest batch whose training pass workers share by experts instead of samples; 0 where they cannot. By experts each worker reads all patches; by samples
    /// it reads, for its weights' gradients, the patches that other workers' samples chose. So a batch is shared by experts where they choose twice the patches.
    /// </summary>
    public int SharedBatch => ExpertParts == 1 ? 0 : Experts * Taken >= 2 * Patches ? int.MaxValue : 1;

    /// <summary>Whether several patches at a time get their gradient: those of a map, which every training pass needs.</summary>
    public bool HasPatchGradientTiles => Spec.Window is not null;

    /// <summary>
    /// The vectors of several windows' gradients that are added straight to the map; null where they go to scratch rows first. Windows of a row that overlap lie a step apart, so that
    /// parts of a pixel row no longer than the step meet a place of the map one after the other, in the same order whatever the width of the machine's vectors.
    /// </summary>
    public ByWidth<int>? VectorsIntoMap
    {
        get
        {
            (int length, int step) = Access.Image is { } image ? (image.Length, image.ColumnStep) : (Dimension, Access.RowStep);
            int most = Math.Min(length, step);
            if (!HasPatchGradientTiles || length % Planning.Lanes.Max != 0 || most < Planning.Lanes.Max)
            {
                return null;
            }

            ByWidth<int> vectors = GradientPlan.EvenVectors(length, Planning.Lanes.Max, most);
            bool fills = length % (vectors.Wide * Planning.Lanes.Max) == 0 && (vectors.Wide > 1 || length == Planning.Lanes.Max);
            return fills ? vectors : null;
        }
    }

    /// <summary>Whether the gradients of windows go to scratch rows before they are added to the map.</summary>
    public bool HasPatchGradientRows => HasPatchGradientTiles && VectorsIntoMap is null;

    private int PatchGradientFloats => HasPatchGradientRows ? GradientPlan.PatchesTogether * Dimension : 0;

    public int WorkerFloats => Math.Max(Kernel.Window?.WorkerFloats ?? 0, Math.Max(PatchGradientFloats, Math.Max(Gradient.WorkerFloats, RouterGradient?.WorkerFloats ?? 0)));

    public int ExpertPanels => PacksFirst ? Slots.Align(Neurons) * Dimension : 0;

    /// <summary>Floats of its outputs: of all instances, [instances, m], or of its map with the border.</summary>
    public int OutputFloats => Map?.Floats ?? Instances * Outputs;

    /// <summary>The outputs of all instances in a sample's float scratch: [instances, m].</summary>
    public int OutputsOffset => Floats + (Instances * Block.Floats);

    /// <summary>Their gradient: [instances, m].</summary>
    public int OutputGradientsOffset => OutputsOffset + Slots.Align(OutputFloats);

    /// <summary>The float scratch of the layer in a sample's slot ends here.</summary>
    public int FloatsEnd => OutputGradientsOffset + Slots.Align(OutputFloats);
}
