using SkiaSharp;

namespace PatchMoE.Imaging;

/// <summary>Decodes a file with Skia: the pixels as they are stored, without a change of colour space, which would depend on the machine.</summary>
internal static class PictureDecoder
{
    // What a photograph of any camera takes; a small file can claim to be far larger.
    private const long MaximumPixels = 400_000_000;

    /// <summary>Decodes a picture, upright.</summary>
    /// <param name="data">The file's bytes.</param>
    /// <param name="name">How messages refer to it.</param>
    /// <returns>Red, green, blue and opacity.</returns>
    /// <exception cref="BadInputException">It is no picture of a known format, or damaged.</exception>
    public static Bitmap Decode(byte[] data, string name)
    {
        using SKCodec codec = Open(data, name);
        SKImageInfo size = codec.Info;
        if ((long)size.Width * size.Height > MaximumPixels)
        {
            throw new BadInputException($"{name}: the picture has {size.Width}x{size.Height} pixels, more than {MaximumPixels}. Reduce it first.");
        }

        var bitmap = new Bitmap(size.Height, size.Width, 4);
        SKCodecResult result;
        unsafe
        {
            fixed (byte* pixels = bitmap.Pixels)
            {
                result = codec.GetPixels(new SKImageInfo(size.Width, size.Height, SKColorType.Rgba8888, SKAlphaType.Unpremul, colorspace: null), (nint)pixels);
            }
        }

        return result == SKCodecResult.Success
            ? Orientation.Upright(bitmap, codec.EncodedOrigin)
            : throw new BadInputException($"{name}: the picture cannot be decoded: {Reason(result)}. Save it again.");
    }

    /// <summary>The size of a picture, upright; only its header is read.</summary>
    /// <exception cref="BadInputException">As in <see cref="Decode"/>.</exception>
    public static (int Height, int Width) SizeOf(byte[] data, string name)
    {
        using SKCodec codec = Open(data, name);
        return Orientation.SwapsSides(codec.EncodedOrigin) ? (codec.Info.Width, codec.Info.Height) : (codec.Info.Height, codec.Info.Width);
    }

    private static SKCodec Open(byte[] data, string name)
    {
        using var stream = new SKMemoryStream(data);
        return SKCodec.Create(stream, out SKCodecResult result) ?? throw new BadInputException(HasSignature(data)
            ? $"{name}: the picture cannot be decoded: {Reason(result)}. Save it again."
            : $"{name}: this is no picture that can be read. Give a PNG, JPEG, BMP, GIF or WebP file.");
    }

    /// <summary>Whether a file begins as one of the formats does.</summary>
    internal static bool HasSignature(ReadOnlySpan<byte> data) => data is [0x89, 0x50, 0x4E, 0x47, ..] or [0xFF, 0xD8, 0xFF, ..]
        || data.StartsWith("GIF8"u8) || data.StartsWith("BM"u8) || (data.StartsWith("RIFF"u8) && data.Length >= 12 && data[8..12].SequenceEqual("WEBP"u8));

    private static string Reason(SKCodecResult result) => result switch
    {
        SKCodecResult.IncompleteInput => "the file ends too early",
        SKCodecResult.ErrorInInput or SKCodecResult.InvalidInput => "its data are damaged",
        _ => $"Skia reports {result}",
    };
}
