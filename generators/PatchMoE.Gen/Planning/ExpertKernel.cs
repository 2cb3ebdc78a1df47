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
    ExpertKernelKind Kind, string Reason, int ActivationStep, EquatableArray<TileRun> RowTiles, EquatableArray<TileRun> VectorTiles, EquatableArray<int> PatchTiles, WindowPlan? Window)
{
    /// <summary>Neurons of a vector, at the widest.</summary>
    public const int Vector = 16;

    /// <summary>6 × 4 sums, 4 weights and a broadcast patch value fit the 32 vector registers of AVX-512.</summary>
    private const int MostVectors = 4;
    private const int MostPatches = 6;

    /// <summary>Inner products: 24 sums, up to 6 patches and a weight.</summary>
    private const int MostSums = 24;
    private const int MostRows = 6;

    /// <summary>Larger weights leave the caches from one sample to the next.</summary>
    private const long MostCachedFloats = 1L << 18;

    /// <summary>Larger weights, 4 MB, are too many to be packed anew in every pass where each meets few patches.</summary>
    private const long MostPackedFloats = 1L << 20;
    private const int FewPatches = 8;

    /// <summary>Larger weights, 32 kB, are read again from the second cache by each sample, too seldom used where it has few patches.</summary>
    private const long MostFirstCacheFloats = 1L << 13;
    private const int FewTogether = 3;

    /// <summary>Whether a layer's weights are so many that its pixel rows must hold a block of them.</summary>
    public static bool NeedsWindow(LayerShape shape) => (long)shape.Experts * shape.Neurons * shape.Dimension > MostCachedFloats;

    /// <summary>Chooses by the sizes of M, d, k and l; only the lowest layer can run a window of samples at a time.</summary>
    public static ExpertKernel Of(int experts, int neurons, LayerShape shape, PatchAccess access, bool lowest)
    {
        (int dimension, int taken) = (shape.Dimension, shape.PatchesPerExpert);
        long weights = (long)experts * neurons * dimension;
        bool window = lowest && weights > MostCachedFloats;
        string leave = $"{Emission.Format.Count(4 * weights)} bytes of weights leave the caches from one sample to the next, so {WindowPlan.Samples} samples pass over a block of them";
        int padded = (neurons + Vector - 1) / Vector * Vector;
        bool fills = neurons * 4 >= padded * 3;
        if (fills && (weights <= MostPackedFloats || (window && taken >= FewPatches)))
        {
            int[] patchTiles = new[] { MostPatches, 4, 2, 1 }.Where(size => window || size <= Math.Max(taken, 1)).ToArray();
            return new ExpertKernel(
                ExpertKernelKind.Panels,
                $"{neurons} neurons fill {padded / Vector} vectors of {Vector}{(window ? $"; {leave}" : string.Empty)}",
                Apart(padded),
                default,
                Split.Evenly(padded / Vector, MostVectors),
                patchTiles.ToEquatableArray(),
                window ? WindowPlan.ForPanels(shape) : null);
        }

        if (lowest && !fills && weights > MostFirstCacheFloats && taken * shape.Instances <= FewTogether)
        {
            return new ExpertKernel(
                ExpertKernelKind.Dot,
                $"{neurons} neurons would leave more than a quarter of their vectors empty; {Emission.Format.Count(4 * weights)} bytes of weights leave the first cache between the {Emission.Format.Plural(taken, "patch")} of a sample and the next, so {WindowPlan.Samples} samples pass together",
                Apart(neurons),
                Split.Evenly(neurons, Planner.TileRows),
                default,
                EquatableArray.Of(MostPatches, 4, 2, 1),
                WindowPlan.ForDots(Apart(neurons), shape, access));
        }

        return window && weights > MostPackedFloats
            ? new ExpertKernel(
                ExpertKernelKind.Dot, leave, Apart(neurons), Split.Evenly(neurons, Planner.TileRows), default, EquatableArray.Of(MostPatches, 4, 2, 1), WindowPlan.ForDots(Apart(neurons), shape, access))
            : Dot(neurons, taken, fills ? "the weights are too many to be packed anew in every pass" : $"{neurons} neurons would leave more than a quarter of their vectors empty");
    }

    /// <summary>A step from patch to patch that does not bring the same neurons of many patches into a few sets of the first cache.</summary>
    private static int Apart(int neurons) => neurons % 128 == 0 ? neurons + Vector : neurons;

    private static ExpertKernel Dot(int neurons, int taken, string reason)
    {
        EquatableArray<TileRun> rows = Split.Evenly(neurons, MostRows);
        int patches = Split.Evenly(taken, Math.Min(MostPatches, MostSums / rows[0].Size))[0].Size;
        return new ExpertKernel(ExpertKernelKind.Dot, reason, Apart(neurons), rows, default, Split.Halving(taken, patches), Window: null);
    }
}
