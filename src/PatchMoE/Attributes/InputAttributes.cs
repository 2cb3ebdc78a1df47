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

    /// <summary>The height of a patch, pixels.</summary>
    public int PatchHeight { get; set; }

    /// <summary>The width of a patch, pixels.</summary>
    public int PatchWidth { get; set; }

    /// <summary>The step between patches in both directions; the patch's size if not given.</summary>
    public int Stride { get; set; }

    /// <summary>The step between rows of patches, pixels.</summary>
    public int StrideHeight { get; set; }

    /// <summary>The step between columns of patches, pixels.</summary>
    public int StrideWidth { get; set; }
}

/// <summary>Input of n patches, each a vector of d values: [n, d], or [T, n, d] with groups.</summary>
/// <param name="patches">n, the number of patches in a sample, or in each group.</param>
/// <param name="dimension">d, the number of values in a patch.</param>
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
