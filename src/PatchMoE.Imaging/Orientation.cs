using SkiaSharp;

namespace PatchMoE.Imaging;

/// <summary>Turns a picture upright: cameras store how they were held (EXIF) instead of turning the pixels.</summary>
internal static class Orientation
{
    /// <summary>Whether height and width change places.</summary>
    public static bool SwapsSides(SKEncodedOrigin origin) => origin is SKEncodedOrigin.LeftTop or SKEncodedOrigin.RightTop or SKEncodedOrigin.RightBottom or SKEncodedOrigin.LeftBottom;

    /// <summary>The upright picture.</summary>
    /// <param name="bitmap">The pixels as stored.</param>
    /// <param name="origin">Where the stored first row and column are in the upright picture.</param>
    public static Bitmap Upright(Bitmap bitmap, SKEncodedOrigin origin)
    {
        if (origin == SKEncodedOrigin.TopLeft)
        {
            return bitmap;
        }

        bool swaps = SwapsSides(origin);
        Bitmap result = swaps ? new Bitmap(bitmap.Width, bitmap.Height, bitmap.Channels) : new Bitmap(bitmap.Height, bitmap.Width, bitmap.Channels);
        bool fromBottom = origin is SKEncodedOrigin.BottomRight or SKEncodedOrigin.BottomLeft or SKEncodedOrigin.RightTop or SKEncodedOrigin.RightBottom;
        bool fromRight = origin is SKEncodedOrigin.TopRight or SKEncodedOrigin.BottomRight or SKEncodedOrigin.RightBottom or SKEncodedOrigin.LeftBottom;
        for (int row = 0; row < result.Height; row++)
        {
            for (int column = 0; column < result.Width; column++)
            {
                (int y, int x) = swaps ? (column, row) : (row, column);
                y = fromBottom ? bitmap.Height - 1 - y : y;
                x = fromRight ? bitmap.Width - 1 - x : x;
                bitmap.Pixels.AsSpan(((y * bitmap.Width) + x) * bitmap.Channels, bitmap.Channels)
                    .CopyTo(result.Pixels.AsSpan(((row * result.Width) + column) * bitmap.Channels));
            }
        }

        return result;
    }
}
