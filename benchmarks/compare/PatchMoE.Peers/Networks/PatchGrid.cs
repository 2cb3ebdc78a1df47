namespace PatchMoE.Peers.Networks;

/// <summary>An image [Rows·Height, Columns·Width, Channels] as a grid of patches that tile it.</summary>
/// <param name="Rows">The number of rows of patches.</param>
/// <param name="Height">A patch's height in pixels.</param>
/// <param name="Columns">The number of columns of patches.</param>
/// <param name="RowLength">The values of one pixel row of a patch, width × channels.</param>
internal sealed record PatchGrid(int Rows, int Height, int Columns, int RowLength)
{
    /// <summary>Whether the patches already follow each other in memory.</summary>
    public bool IsContiguous => Height == 1 || Columns == 1;

    /// <summary>The grid of an image; null for vectors.</summary>
    /// <exception cref="BadInputException">The patches do not tile the image, or the samples are groups.</exception>
    public static PatchGrid? Of(InputSpec input) => input switch
    {
        ImageInputSpec image when image.StrideHeight == image.PatchHeight && image.StrideWidth == image.PatchWidth
            && image.GridHeight * image.PatchHeight == image.Height && image.GridWidth * image.PatchWidth == image.Width =>
            new PatchGrid(image.GridHeight, image.PatchHeight, image.GridWidth, image.PatchWidth * image.Channels),
        VectorsInputSpec { Groups.Count: 0 } => null,
        _ => throw new BadInputException("the comparison is written for vectors and for patches that tile the image"),
    };
}
