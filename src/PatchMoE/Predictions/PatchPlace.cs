namespace PatchMoE;

/// <summary>Where a patch of a sample lies.</summary>
/// <param name="Group">The group of patches, from 0; 0 where there are no groups.</param>
/// <param name="Index">The patch in its group, from 0; row-major for images.</param>
/// <param name="Row">The patch's row on the grid of an image; 0 for vectors.</param>
/// <param name="Column">Its column there; the index itself for vectors.</param>
/// <param name="Pixels">The pixels of an image that it covers; null for vectors.</param>
public sealed record PatchPlace(int Group, int Index, int Row, int Column, PixelRectangle? Pixels)
{
    /// <summary>The place of a patch of layer 0.</summary>
    internal static PatchPlace Of(InputSpec input, int group, int index)
    {
        if (input is not ImageInputSpec image)
        {
            return new PatchPlace(group, index, 0, index, null);
        }

        (int y, int x) = image.Corner(index);
        return new PatchPlace(group, index, index / image.GridWidth, index % image.GridWidth, new PixelRectangle(x, y, image.PatchWidth, image.PatchHeight));
    }
}

/// <summary>A rectangle of pixels.</summary>
/// <param name="X">Its first column, from 0 at the left.</param>
/// <param name="Y">Its first row, from 0 at the top.</param>
/// <param name="Width">Its columns.</param>
/// <param name="Height">Its rows.</param>
public readonly record struct PixelRectangle(int X, int Y, int Width, int Height);
