namespace PatchMoE;

/// <summary>Image input [H, W, C], channels last, cut into patches on a row-major grid without padding.</summary>
/// <param name="height">H, pixels.</param>
/// <param name="width">W, pixels.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class ImageInputAttribute(int height, int width) : Attribute
{
    /// <summary>H, pixels.</summary>
    public int Height { get; } = height;

    /// <summary>W, pixels.</summary>
    public int Width { get; } = width;

    /// <summary>C; 1 if not given.</summary>
    public int Channels { get; set; } = 1;

    /// <summary>The side of a square patch; sets <see cref="PatchHeight"/> and <see cref="PatchWidth"/>.</summary>
    public int Patch { get; set; }

    /// <summary>Rows of pixels of a patch.</summary>
    public int PatchHeight { get; set; }

    /// <summary>Columns of pixels of a patch.</summary>
    public int PatchWidth { get; set; }

    /// <summary>The step from patch to patch in both directions; the patch's size if not given.</summary>
    public int Stride { get; set; }

    /// <summary>The step from one row of patches to the next.</summary>
    public int StrideHeight { get; set; }

    /// <summary>The step from one column of patches to the next.</summary>
    public int StrideWidth { get; set; }
}

/// <summary>Input of n patches that are vectors of d values: [n, d], or [T, n, d] with groups.</summary>
/// <param name="patches">n, patches of a sample or of each group.</param>
/// <param name="dimension">d, values of a patch.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class VectorsInputAttribute(int patches, int dimension) : Attribute
{
    /// <summary>n.</summary>
    public int Patches { get; } = patches;

    /// <summary>d.</summary>
    public int Dimension { get; } = dimension;

    /// <summary>The group counts, outermost first; one per level above the first.</summary>
    public int[] Groups { get; set; } = [];
}
