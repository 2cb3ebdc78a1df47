namespace PatchMoE.Imaging;

/// <summary>Brings a picture of any size to the size of the network's image.</summary>
internal static class Fitting
{
    /// <summary>Scales, and cuts or pads, as wanted.</summary>
    /// <param name="bitmap">[H, W, C] of any size.</param>
    /// <param name="image">The image to make.</param>
    /// <param name="pixels">[H, W, C], written.</param>
    public static void Fit(Bitmap bitmap, PictureTarget image, Span<byte> pixels)
    {
        switch (image.Fit)
        {
            case ImageFit.Stretch:
                Resampler.Scale(bitmap, new Part(0, 0, bitmap.Height, bitmap.Width), image.Height, image.Width).Pixels.CopyTo(pixels);
                break;
            case ImageFit.Crop:
                Resampler.Scale(bitmap, Middle(bitmap, image), image.Height, image.Width).Pixels.CopyTo(pixels);
                break;
            default:
                Pad(bitmap, image, pixels);
                break;
        }
    }

    /// <summary>The largest part in the middle of a picture that has the image's proportions.</summary>
    internal static Part Middle(Bitmap bitmap, PictureTarget image)
    {
        double scale = Math.Min((double)bitmap.Height / image.Height, (double)bitmap.Width / image.Width);
        (double height, double width) = (image.Height * scale, image.Width * scale);
        return new Part((bitmap.Height - height) / 2, (bitmap.Width - width) / 2, height, width);
    }

    private static void Pad(Bitmap bitmap, PictureTarget image, Span<byte> pixels)
    {
        double scale = Math.Min((double)image.Height / bitmap.Height, (double)image.Width / bitmap.Width);
        int height = Math.Clamp((int)Math.Round(bitmap.Height * scale), 1, image.Height);
        int width = Math.Clamp((int)Math.Round(bitmap.Width * scale), 1, image.Width);
        Bitmap small = Resampler.Scale(bitmap, new Part(0, 0, bitmap.Height, bitmap.Width), height, width);
        (int top, int left) = ((image.Height - height) / 2, (image.Width - width) / 2);
        pixels.Clear();
        for (int row = 0; row < height; row++)
        {
            small.Pixels.AsSpan(row * width * image.Channels, width * image.Channels).CopyTo(pixels[((((top + row) * image.Width) + left) * image.Channels)..]);
        }
    }
}
