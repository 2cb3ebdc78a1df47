namespace PatchMoE.Gen.Planning;

/// <summary>How an expert's pre-activations are computed.</summary>
internal enum ExpertKernelKind
{
    /// <summary>Inner products along d, straight from the weights: for few neurons.</summary>
    Dot,

    /// <summary>Outer products on weights packed neuron-minor: for many neurons, whose sums then need no addition of lanes.</summary>
    Panels,

    /// <summary>Inner products of a window's patches with a block of weights at a time: for weights that the caches cannot hold.</summary>
    Window,
}

/// <summary>The choice of an expert's kernel.</summary>
/// <param name="Kind">The kernel.</param>
/// <param name="Reason">Why.</param>
/// <param name="ActivationStep">Values from one patch's activations to the next: M, or with panels M in full vectors.</param>
/// <param name="RowTiles">Neurons per register tile of inner products; empty for panels.</param>
/// <param name="VectorTiles">Panels in vectors of 16 neurons; empty for dot products.</param>
/// <param name="PatchTiles">Patches per register tile, largest first.</param>
/// <param name="Window">How a window passes; null unless <paramref name="Kind"/> is <see cref="ExpertKernelKind.Window"/>.</param>
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

    /// <summary>Larger weights, 4 MB, leave the caches from one sample to the next.</summary>
    private const long MostCachedFloats = 1L << 20;

    /// <summary>Whether a layer's weights leave the caches from one sample to the next. Only the lowest layer can run a window at a time.</summary>
    public static bool NeedsWindow(LayerShape shape) => (long)shape.Experts * shape.Neurons * shape.Dimension > MostCachedFloats;

    /// <summary>The kernel for weights that the caches cannot hold.</summary>
    public static ExpertKernel ForWindow(int experts, int neurons, LayerShape shape, PatchAccess access)
    {
        long weights = (long)experts * neurons * shape.Dimension;
        return new ExpertKernel(
            ExpertKernelKind.Window,
            $"{Emission.Format.Count(4 * weights)} bytes of weights leave the caches from one sample to the next, so {WindowPlan.Samples} samples pass over a block of them",
            neurons,
            Split.Evenly(neurons, Planner.TileRows),
            default,
            EquatableArray.Of(MostPatches, 4, 2, 1),
            WindowPlan.Of(neurons, access.Image?.Length ?? shape.Dimension, shape.PatchesPerExpert * shape.Instances));
    }

    /// <summary>Chooses by the sizes of M, d, k and l.</summary>
    public static ExpertKernel Of(int experts, int neurons, int dimension, int taken)
    {
        int padded = (neurons + Vector - 1) / Vector * Vector;
        long weights = (long)experts * neurons * dimension;
        if (neurons * 4 < padded * 3)
        {
            return Dot(neurons, taken, $"{neurons} neurons would leave more than a quarter of their vectors empty");
        }

        if (weights > MostCachedFloats)
        {
            return Dot(neurons, taken, "the weights are too many to be packed anew in every pass");
        }

        int[] patchTiles = new[] { MostPatches, 4, 2, 1 }.Where(size => size <= Math.Max(taken, 1)).ToArray();
        return new ExpertKernel(
            ExpertKernelKind.Panels,
            $"{neurons} neurons fill {padded / Vector} vectors of {Vector}",
            padded,
            default,
            Split.Evenly(padded / Vector, MostVectors),
            patchTiles.ToEquatableArray(),
            Window: null);
    }

    private static ExpertKernel Dot(int neurons, int taken, string reason)
    {
        EquatableArray<TileRun> rows = Split.Evenly(neurons, MostRows);
        int patches = Split.Evenly(taken, Math.Min(MostPatches, MostSums / rows[0].Size))[0].Size;
        return new ExpertKernel(ExpertKernelKind.Dot, reason, neurons, rows, default, Split.Halving(taken, patches), Window: null);
    }
}
