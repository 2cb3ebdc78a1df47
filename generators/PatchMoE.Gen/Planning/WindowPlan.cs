namespace PatchMoE.Gen.Planning;

/// <summary>How the chosen patches of several samples pass over weights together.</summary>
/// <param name="Together">Samples whose patches pass over a block of weights.</param>
/// <param name="Block">Values of d at a time.</param>
/// <param name="Rows">Patches that pass over a block of weights at a time.</param>
/// <param name="ListFloats">A worker's scratch for the list of an expert's patches, in floats.</param>
/// <param name="WorkerFloats">All of a worker's scratch: the list, and the products of <paramref name="Rows"/> patches.</param>
internal sealed record WindowPlan(int Together, int Block, int Rows, int ListFloats, int WorkerFloats)
{
    /// <summary>Each weight read from memory serves at most so many samples.</summary>
    public const int Samples = 32;

    /// <summary>6 patches of so many values are half of a first cache of 48 kB.</summary>
    private const int LongestBlock = 1024;

    private const int MostRows = 96;

    /// <summary>Half of a second cache of 2 MB for the patches; the rest is for a panel and what it gives.</summary>
    private const long PatchBytes = 1L << 20;

    /// <summary>A machine knows the addresses of about 2048 pages of 4 kB at once; weights and their gradients need some of them.</summary>
    private const long ScratchBytes = 6L << 20;
    private const int FewestTogether = 4;

    /// <summary>For inner products: a block lies within values that follow each other.</summary>
    public static WindowPlan ForDots(int activationStep, LayerShape shape, PatchAccess access)
    {
        int stretch = access.ExpertImage?.Length ?? shape.Dimension;
        int blocks = (stretch + LongestBlock - 1) / LongestBlock;
        int block = Slots.Align((stretch + blocks - 1) / blocks);
        int listed = Listed(shape);
        int rows = Math.Min(MostRows, listed);
        return new WindowPlan(Samples, block, rows, ListOf(listed), ListOf(listed) + Slots.Align(rows * activationStep));
    }

    /// <summary>For panels: all of a panel at a time, while the patches stay in the second cache and all scratch in reach of the cache of addresses.</summary>
    /// <param name="shape">The layer's sizes.</param>
    /// <param name="activations">Floats of an instance's activations.</param>
    public static WindowPlan ForPanels(LayerShape shape, long activations)
    {
        int listed = Listed(shape);
        long patchBytes = 4L * shape.Instances * shape.Patches * shape.Dimension;
        long scratchBytes = patchBytes + (4L * shape.Instances * activations);
        int together = (int)Math.Max(FewestTogether, Math.Min(Samples, Math.Min(PatchBytes / patchBytes, ScratchBytes / scratchBytes)));
        return new WindowPlan(together, shape.Dimension, listed, ListOf(listed), ListOf(listed));
    }

    private static int Listed(LayerShape shape) => Samples * shape.PatchesPerExpert * shape.Instances;

    /// <summary>Two 64-bit offsets a patch.</summary>
    private static int ListOf(int listed) => Slots.Align(4 * listed);
}
