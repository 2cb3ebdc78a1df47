namespace PatchMoE;

/// <summary>The form of one sample: an <see cref="ImageInputSpec"/> or a <see cref="VectorsInputSpec"/>.</summary>
public abstract record InputSpec;

/// <summary>
/// An image [H, W, C], channels last, cut into patches on a row-major grid: window <c>patch</c>, step <c>stride</c>, no padding;
/// a window that would cross the edge is not a patch. A patch flattens to d = ph·pw·C values in the order row, column, channel.
/// </summary>
/// <param name="Height">H ≥ 1.</param>
/// <param name="Width">W ≥ 1.</param>
/// <param name="Channels">C ≥ 1.</param>
/// <param name="PatchHeight">ph, 1…H.</param>
/// <param name="PatchWidth">pw, 1…W.</param>
/// <param name="StrideHeight">The step between rows of patches, ≥ 1.</param>
/// <param name="StrideWidth">The step between columns of patches, ≥ 1.</param>
public sealed record ImageInputSpec(
    int Height, int Width, int Channels, int PatchHeight, int PatchWidth, int StrideHeight, int StrideWidth) : InputSpec
{
    /// <summary>The number of rows of patches.</summary>
    public int GridHeight => ((Height - PatchHeight) / StrideHeight) + 1;

    /// <summary>The number of columns of patches.</summary>
    public int GridWidth => ((Width - PatchWidth) / StrideWidth) + 1;

    /// <summary>The top-left pixel of a patch.</summary>
    /// <param name="patch">The patch's index on the grid, row-major.</param>
    public (int Row, int Column) Corner(int patch) => (patch / GridWidth * StrideHeight, patch % GridWidth * StrideWidth);
}

/// <summary>Patches given as vectors: [n, d], or [T, n, d] with groups.</summary>
/// <param name="Patches">n, the number of patches in a sample, or in each group.</param>
/// <param name="Dimension">d ≥ 1.</param>
/// <param name="Groups">The group counts, outermost first; empty for one level, one entry [T] for two.</param>
public sealed record VectorsInputSpec(int Patches, int Dimension, EquatableArray<int> Groups = default) : InputSpec
{
    /// <summary>How a text becomes these vectors; null if the input is vectors from the start.</summary>
    public TextSpec? Text { get; init; }
}
