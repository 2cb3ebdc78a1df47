using PatchMoE.Formats;

namespace PatchMoE.Imaging;

/// <summary>
/// Reads PNG, JPEG, BMP, GIF (its first picture) and WebP files, and fits them into the network's image: turned upright (EXIF), transparent parts on white, grey by the luma
/// of ITU-R BT.601, scaled with a filter that counts every pixel. The same file gives the same pixels on every machine. Safe for use from several threads.
/// </summary>
/// <remarks>Decoding is done by SkiaSharp, whose decoders are those of Chromium and Android: they are the most attacked, and so the best kept, that .NET has.</remarks>
public sealed class PictureReader : IPictureReader
{
    /// <summary>The reader; it has no state.</summary>
    public static PictureReader Default { get; } = new();

    /// <inheritdoc/>
    public void Read(string path, PictureTarget image, Span<byte> pixels) => Read(Bytes(path), image, pixels, path);

    /// <summary>Decodes a picture in memory and fits it into an image.</summary>
    /// <param name="data">The bytes of a PNG, JPEG, BMP, GIF or WebP file.</param>
    /// <param name="image">The image to make.</param>
    /// <param name="pixels">[H, W, C], 0…255, written.</param>
    /// <param name="name">How messages refer to it.</param>
    /// <exception cref="BadInputException">It cannot be decoded.</exception>
    /// <exception cref="ArgumentException">The channels are neither 1 nor 3, or the span is not as long as the image.</exception>
    public void Read(byte[] data, PictureTarget image, Span<byte> pixels, string name = "picture")
    {
        if (image.Channels is not (1 or 3) || pixels.Length != image.Length)
        {
            throw new ArgumentException($"An image has 1 or 3 channels, and {image.Length} bytes for {image.Height}x{image.Width}x{image.Channels}; there are {pixels.Length}.", nameof(image));
        }

        Fitting.Fit(Colors.Reduce(PictureDecoder.Decode(data, name), image.Channels), image, pixels);
    }

    /// <summary>The size of a picture as it is seen.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="BadInputException">It cannot be read, or is no picture.</exception>
    public static (int Height, int Width) SizeOf(string path) => PictureDecoder.SizeOf(Bytes(path), path);

    /// <summary>Whether all pixels of a picture are grey.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="BadInputException">It cannot be read or decoded.</exception>
    public static bool IsGrey(string path)
    {
        byte[] pixels = PictureDecoder.Decode(Bytes(path), path).Pixels;
        for (int i = 0; i < pixels.Length; i += 4)
        {
            if (pixels[i] != pixels[i + 1] || pixels[i] != pixels[i + 2])
            {
                return false;
            }
        }

        return true;
    }

    private static byte[] Bytes(string path) => InputFile.Read(path, stream =>
    {
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    });
}
