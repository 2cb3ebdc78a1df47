using SkiaSharp;

namespace PatchMoE.Pictures;

/// <summary>Draws folders of pictures with a difference to learn: a bright circle or a bright square at a random place on noise.</summary>
internal static class ShapeFolder
{
    private static readonly string[] s_classes = ["circle", "square"];

    /// <summary>Writes PNG files into a folder for each class.</summary>
    /// <param name="root">The folder.</param>
    /// <param name="perClass">Pictures of each class.</param>
    /// <param name="height">Pixels.</param>
    /// <param name="width">Pixels.</param>
    public static void Write(string root, int perClass, int height, int width)
    {
        for (int kind = 0; kind < s_classes.Length; kind++)
        {
            string folder = Directory.CreateDirectory(Path.Combine(root, s_classes[kind])).FullName;
            int isCircle = kind;
            Parallel.For(0, perClass, i => File.WriteAllBytes(Path.Combine(folder, $"{i}.png"), Draw(isCircle == 0, height, width, new Random((isCircle * perClass) + i))));
        }
    }

    private static byte[] Draw(bool isCircle, int height, int width, Random random)
    {
        int radius = (Math.Min(height, width) / 8) + 2;
        (int top, int left) = (random.Next(radius, height - radius), random.Next(radius, width - radius));
        using var bitmap = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        Span<byte> pixels = bitmap.GetPixelSpan();
        random.NextBytes(pixels);
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                (int down, int right) = (Math.Abs(y - top), Math.Abs(x - left));
                bool isInside = isCircle ? (down * down) + (right * right) <= radius * radius : Math.Max(down, right) <= radius;
                Span<byte> pixel = pixels.Slice(((y * width) + x) * 4, 4);
                for (int channel = 0; channel < 3; channel++)
                {
                    pixel[channel] = (byte)(isInside ? 200 + (pixel[channel] % 40) : pixel[channel] % 90);
                }

                pixel[3] = byte.MaxValue;
            }
        }

        using SKData data = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        return data.ToArray();
    }
}
