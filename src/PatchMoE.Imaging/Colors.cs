namespace PatchMoE.Imaging;

/// <summary>Reduces red, green, blue and opacity to the channels of the network.</summary>
internal static class Colors
{
    /// <summary>Grey or colour; what is transparent shows white, as a viewer draws it.</summary>
    /// <param name="bitmap">[H, W, 4].</param>
    /// <param name="channels">1 or 3.</param>
    /// <returns>[H, W, <paramref name="channels"/>].</returns>
    public static Bitmap Reduce(Bitmap bitmap, int channels)
    {
        var result = new Bitmap(bitmap.Height, bitmap.Width, channels);
        for (int i = 0, o = 0; i < bitmap.Pixels.Length; i += 4, o += channels)
        {
            int opacity = bitmap.Pixels[i + 3];
            int red = OnWhite(bitmap.Pixels[i], opacity);
            int green = OnWhite(bitmap.Pixels[i + 1], opacity);
            int blue = OnWhite(bitmap.Pixels[i + 2], opacity);
            if (channels == 1)
            {
                result.Pixels[o] = Luma(red, green, blue);
            }
            else
            {
                (result.Pixels[o], result.Pixels[o + 1], result.Pixels[o + 2]) = ((byte)red, (byte)green, (byte)blue);
            }
        }

        return result;
    }

    /// <summary>The luma of ITU-R BT.601, rounded: what Pillow's mode L holds.</summary>
    public static byte Luma(int red, int green, int blue) => (byte)(((red * 19595) + (green * 38470) + (blue * 7471) + 0x8000) >> 16);

    private static int OnWhite(int value, int opacity) => opacity == 255 ? value : ((value * opacity) + (255 * (255 - opacity)) + 127) / 255;
}
