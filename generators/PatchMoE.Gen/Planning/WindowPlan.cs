namespace PatchMoE.Gen.Planning;

/// <summary>How the chosen patches of several samples pass over weights together.</summary>
/// <param name="Together">Samples whose patches pass over a block of weights.</param>
/// <param name="WorkerFloats">A worker's scratch: the list of an expert's patches, and what inner products give.</param>
/// <param name="Dots">How inner products go over the weights; null for panels.</param>
/// <param name="Panels">How panels go over weights that are packed a block at a time; null for inner products, and for panels of whole rows, which are packed before the pass.</param>
internal sealed record WindowPlan(int Together, int WorkerFloats, DotWindow? Dots, PanelWindow? Panels)
{
    /// <summary>Each weight read from memory serves at most so many samples.</summary>
    public const int Samples = 32;

    /// <summary>6 patches of so many values are half of an L1 cache of 48 kB.</summary>
    private const int LongestBlock = 1024;

    private const int MostRows = 96;

    /// <summary>A panel of so many values fills an L1 cache of 32 kB. Sums are stored and loaded once a block: the longer the better.</summary>
    private const int LongestPanelBlock = 512;
    private const int ShortestPanelBlock = 64;

    /// <summary>All panels of an expert's block are half of an L2 cache of 512 kB; the rest is for the patches.</summary>
    private const int BlockFloats = 1 << 16;

    /// <summary>Half of an L2 cache of 2 MB for the patches; the rest is for a panel and what it gives.</summary>
    private const long PatchBytes = 1L << 20;

    /// <summary>A machine knows the addresses of about 2048 pages of 4 kB at once; weights and their gradients need some of them.</summary>
    private const long ScratchBytes = 6L << 20;
    private const int FewestTogether = 4;

    /// <summary>For inner products: a block lies within values that follow each other.</summary>
    public static WindowPlan ForDots(int activationStep, LayerShape shape, PatchAccess access)
    {
        ValueBlocks blocks = BlocksOf(shape, access, LongestBlock);
        int listed = Listed(shape);
        int rows = Math.Min(MostRows, listed);
        return new WindowPlan(Samples, ListOf(listed) + Slots.Align(rows * activationStep), new DotWindow(blocks, rows, ListOf(listed)), Panels: null);
    }

    /// <summary>For panels that are packed a block at a time, just before the window's patches pass over it: a block lies within values that follow each other.</summary>
    public static WindowPlan ForPackedBlocks(int padded, LayerShape shape, PatchAccess access)
    {
        int longest = Math.Max(ShortestPanelBlock, Math.Min(LongestPanelBlock, BlockFloats / padded / ExpertKernel.Vector * ExpertKernel.Vector));
        ValueBlocks blocks = BlocksOf(shape, access, longest);
        int list = ListOf(Listed(shape));
        return new WindowPlan(Samples, list + (padded * blocks.Size), Dots: null, new PanelWindow(blocks, list));
    }

    /// <summary>For panels: all of a panel at a time, while the patches stay in the L2 cache and all scratch within reach of the TLB.</summary>
    /// <param name="shape">The layer's sizes.</param>
    /// <param name="activations">Floats of an instance's activations.</param>
    public static WindowPlan ForPanels(LayerShape shape, long activations)
    {
        long patchBytes = 4L * shape.Instances * shape.Patches * shape.Dimension;
        long scratchBytes = patchBytes + (4L * shape.Instances * activations);
        int together = (int)Math.Max(FewestTogether, Math.Min(Samples, Math.Min(PatchBytes / patchBytes, ScratchBytes / scratchBytes)));
        return new WindowPlan(together, ListOf(Listed(shape)), Dots: null, Panels: null);
    }

    private static ValueBlocks BlocksOf(LayerShape shape, PatchAccess access, int longest) => ValueBlocks.Of(access.ExpertImage?.Length ?? shape.Dimension, longest);

    private static int Listed(LayerShape shape) => Samples * shape.PatchesPerExpert * shape.Instances;

    /// <summary>Two 64-bit offsets a patch.</summary>
    private static int ListOf(int listed) => Slots.Align(4 * listed);
}

/// <summary>How inner products go over weights that the caches cannot hold.</summary>
/// <param name="Blocks">The values of d at a time.</param>
/// <param name="Rows">Patches that pass over a block of weights at a time.</param>
/// <param name="ListFloats">Where their products begin in a worker's scratch: behind the list of an expert's patches.</param>
internal sealed record DotWindow(ValueBlocks Blocks, int Rows, int ListFloats);

/// <summary>How panels go over weights that are packed a block at a time.</summary>
/// <param name="Blocks">The values of d at a time.</param>
/// <param name="PanelsAt">Where a block's panels begin in a worker's scratch: behind the list of an expert's patches.</param>
internal sealed record PanelWindow(ValueBlocks Blocks, int PanelsAt);
