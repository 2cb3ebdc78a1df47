using System.ComponentModel;

namespace PatchMoE.Kernels;

/// <summary>Columns of a patch that lies in several pixel rows of an image, for emitted code.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class PixelRows
{
    /// <summary>Integers that <see cref="Cut"/> writes at most: four vectors of columns lie in at most five pixel rows, and a row's end may cost a vector.</summary>
    public const int MostPieces = 2 * 10;

    /// <summary>
    /// Cuts columns into vectors that a copy in their order brings side by side: pairs of where a vector is read, from the patch's first value on, and
    /// where it is written. A vector may hold values beyond its pixel row, which the next one overwrites; none is read behind the patch's last value.
    /// </summary>
    /// <param name="from">The first column; columns count the patch's values, pixel row after pixel row.</param>
    /// <param name="width">The number of columns, at least <paramref name="lanes"/> and at most four times as many.</param>
    /// <param name="lanes">Values of a vector.</param>
    /// <param name="rows">Pixel rows.</param>
    /// <param name="length">Values of a pixel row, ≥ 16.</param>
    /// <param name="step">Values from one pixel row to the next.</param>
    /// <param name="pieces">Written.</param>
    /// <returns>The integers written.</returns>
    public static int Cut(int from, int width, int lanes, int rows, int length, int step, Span<int> pieces)
    {
        int count = 0;
        for (int column = from; column < from + width;)
        {
            (int row, int at) = Math.DivRem(column, length);
            int read = row == rows - 1 ? Math.Min(at, length - lanes) : at;
            pieces[count++] = (row * step) + read;
            pieces[count++] = column - from - (at - read);
            column += Math.Min(lanes, length - at);
        }

        return count;
    }
}
