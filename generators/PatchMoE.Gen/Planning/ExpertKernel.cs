namespace PatchMoE.Gen.Planning;

/// <summary>How an expert's pre-activations are computed.</summary>
internal enum ExpertKernelKind
{
    /// <summary>Inner products along d, straight from the weights: for few neurons.</summary>
    Dot,

    /// <summary>Outer products on weights packed neuron-minor: for many neurons, whose sums then need no addition of lanes.</summary>
    Panels,
}

/// <summary>The choice of an expert's kernel.</summary>
/// <param name="Kind">The kernel.</param>
/// <param name="Reason">Why.</param>
/// <param name="ActivationStep">Values from one patch's activations to the next: at least M, with panels at least M in full vectors.</param>
/// <param name="RowTiles">Neurons per register tile of inner products; empty for panels.</param>
/// <param name="VectorTiles">Panels in vectors of 16 neurons; empty for dot products.</param>
/// <param name="PatchTiles">Patches per register tile, largest first.</param>
/// <param name="Window">How a window of samples passes over weights that the caches cannot hold; null where each sample passes by itself.</param>
internal sealed record ExpertKernel(
    ExpertKernelKind Kind, string Reason, int ActivationStep, EquatableArray<TileRun> RowTiles, EquatableArray<TileRun> VectorTiles, ByWidth<EquatableArray<int>> PatchTiles, WindowPlan? Window)
{
    public DotWindow? DotWindow => Window?.Dots;

    public PanelWindow? PanelWindow => Window?.Panels;

    /// <summary>Neurons of a vector, at the widest.</summary>
    public const int Vector = 16;

    /// <summary>Vectors of 256 bits in which narrow machines take them.</summary>
    public const int NarrowVectors = 2;

    /// <summary>Neurons of a narrow machine's vector.</summary>
    public const int NarrowVector = Vector / NarrowVectors;

    /// <summary>Patches that pass together on a narrow machine where an odd number of its vectors holds neurons: 4 × 3 sums, 3 weights and the value.</summary>
    private const int MostOddPatches = 4;

    /// <summary>Of a panel's vectors on a narrow machine, those that hold neurons, where the last one of them would only pad: their number. 0 where panels pass whole.</summary>
    public int OddVectors { get; init; }

    /// <summary>
    /// How so many patches meet an odd number of vectors: even runs of them, and a last one that is odd, of as many sums as registers hold. Each run begins with a panel.
    /// </summary>
    /// <param name="patches">Patches of a tile, at most 4.</param>
    public IEnumerable<(int Start, int Count)> OddRuns(int patches)
    {
        int most = patches <= 2 ? 2 * NarrowVectors : NarrowVectors;
        for (int start = 0, count; start < OddVectors; start += count)
        {
            int left = OddVectors - start;
            count = left <= most + 1 ? left : most;
            yield return (start, count);
        }
    }

    /// <summary>6 × 4 sums, 4 weights and a broadcast patch value fit 32 registers; 16 hold 6 × 2 sums, 2 weights and the value.</summary>
    private const int MostVectors = 4;
    private const int MostPatches = 6;
    private const int MostRows = 6;

    /// <summary>Larger weights, 1 MB, leave the caches from one sample to the next.</summary>
    private const long MostCachedFloats = 1L << 18;

    /// <summary>Larger weights, 4 MB, are too many to be packed before a pass where each meets few patches of a sample.</summary>
    private const long MostPackedFloats = 1L << 20;
    private const int FewPatches = 8;

    /// <summary>Larger weights, 32 kB, are read again from the L2 cache by each sample, too rarely used if it has few patches.</summary>
    private const long MostFirstCacheFloats = 1L << 13;
    private const int FewTogether = 3;

    /// <summary>Whether so many neurons or experts leave at most a quarter of their vectors empty.</summary>
    public static bool Fills(int count) => count * 4 >= Slots.Align(count) * 3;

    /// <summary>Whether weights are read from memory and written to it in every step.</summary>
    public static bool ExceedsCaches(long weights) => weights > MostPackedFloats;

    /// <summary>Whether a layer's weights are so many that its pixel rows must hold a block of them.</summary>
    public static bool NeedsWindow(LayerShape shape) => (long)shape.Experts * shape.Neurons * shape.Dimension > MostCachedFloats;

    /// <summary>Chooses by the sizes of M, d, k and l: the first of these kernels that is for them. Only the lowest layer can run a window of samples at a time.</summary>
    /// <param name="experts">Experts that have weights of their own.</param>
    /// <param name="active">Those of them that a sample meets.</param>
    /// <param name="neurons">Neurons of each.</param>
    /// <param name="shape">The layer's sizes.</param>
    /// <param name="access">How its patches are read.</param>
    /// <param name="lowest">Whether it is layer 0, and its outputs are pooled.</param>
    public static ExpertKernel Of(int experts, int active, int neurons, LayerShape shape, PatchAccess access, bool lowest)
    {
        int taken = shape.PatchesPerExpert;
        long weights = (long)experts * neurons * shape.Dimension;
        int padded = Slots.Align(neurons);
        bool fills = Fills(neurons);
        bool cached = weights <= MostCachedFloats;
        bool packs = fills && (weights <= MostPackedFloats || (lowest && taken >= FewPatches));
        string fill = $"{neurons} neurons fill {padded / Vector} vectors of {Vector}";
        string empty = $"{neurons} neurons would leave more than a quarter of their vectors empty";
        string bytes = $"{Format.Count(4 * weights)} bytes of weights";
        if (packs && (cached || !lowest))
        {
            return Panels(neurons, taken, shape, fill, null);
        }

        if (packs)
        {
            WindowPlan window = WindowPlan.ForPanels(shape, (long)active * taken * Apart(padded));
            return Panels(neurons, MostPatches, shape, $"{fill}; {bytes} leave the caches from one sample to the next, so {window.Together} samples pass over them together", window);
        }

        if (lowest && fills)
        {
            WindowPlan window = WindowPlan.ForPackedBlocks(padded, shape, access);
            return Panels(
                neurons, MostPatches, shape, $"{fill}; {bytes} leave the caches from one sample to the next, so {window.Together} samples pass over a block of them together, which is packed just before", window);
        }

        if (lowest && weights > MostPackedFloats)
        {
            WindowPlan window = WindowPlan.ForDots(Apart(neurons), shape, access);
            return Dots(neurons, window, $"{bytes} leave the caches from one sample to the next, so {window.Together} samples pass over a block of them together");
        }

        if (lowest && weights > MostFirstCacheFloats && taken * shape.Instances <= FewTogether)
        {
            WindowPlan window = WindowPlan.ForDots(Apart(neurons), shape, access);
            string patches = taken == 1 ? "a sample's one patch uses" : $"a sample's {taken} patches use";
            return Dots(neurons, window, $"{empty}; {patches} {bytes} too little to bring them from the L2 cache, so {window.Together} samples pass together");
        }

        EquatableArray<TileRun> rows = Split.Evenly(neurons, MostRows);
        string reason = fills ? $"{bytes} are too many to be packed anew in every pass" : empty;
        return new ExpertKernel(ExpertKernelKind.Dot, reason, Apart(neurons), rows, default, RegisterTile.Downwards(taken, taken, rows[0].Size), Window: null);
    }

    private static ExpertKernel Panels(int neurons, int mostPatches, LayerShape shape, string reason, WindowPlan? window)
    {
        EquatableArray<TileRun> panels = Split.Evenly(Slots.Align(neurons) / Vector, MostVectors);
        int together = Split.Fitting(mostPatches, MostPatches, new ByWidth<int>(panels[0].Size, NarrowVectors));
        EquatableArray<int> patches = Split.Downwards(mostPatches, together);
        int vectors = (neurons + NarrowVector - 1) / NarrowVector;
        bool odd = vectors % NarrowVectors > 0 && shape.Dimension >= Vector && window is null && panels.Sum(run => run.Tiles) == 1;
        return new ExpertKernel(
            ExpertKernelKind.Panels,
            reason,
            Apart(Slots.Align(neurons)),
            default,
            panels,
            odd ? new(patches, Split.Downwards(mostPatches, Math.Min(together, MostOddPatches))) : ByWidth.Same(patches),
            window)
        {
            OddVectors = odd ? vectors : 0,
        };
    }

    private static ExpertKernel Dots(int neurons, WindowPlan window, string reason) =>
        new(ExpertKernelKind.Dot, reason, Apart(neurons), Split.Evenly(neurons, Planner.TileRows), default, RegisterTile.Downwards(MostPatches, window.Dots!.Rows, Planner.TileRows), window);

    /// <summary>A step from patch to patch that does not bring the same neurons of many patches into a few sets of the L1 cache.</summary>
    private static int Apart(int neurons) => neurons % 128 == 0 ? neurons + Vector : neurons;
}
