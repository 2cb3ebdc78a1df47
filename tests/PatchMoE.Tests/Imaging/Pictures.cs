using SkiaSharp;

namespace PatchMoE.Tests;

/// <summary>Small pictures for tests.</summary>
internal static class Pictures
{
    /// <summary>A picture whose pixels a function of row and column gives as (red, green, blue, opacity).</summary>
    public static byte[] Encode(int height, int width, Func<int, int, (int Red, int Green, int Blue, int Opacity)> pixel, SKEncodedImageFormat format = SKEncodedImageFormat.Png, int quality = 100)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Unpremul));
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                (int red, int green, int blue, int opacity) = pixel(y, x);
                bitmap.SetPixel(x, y, new SKColor((byte)red, (byte)green, (byte)blue, (byte)opacity));
            }
        }

        using SKData data = bitmap.Encode(format, quality);
        return data.ToArray();
    }

    /// <summary>A picture of one colour.</summary>
    public static byte[] Plain(int height, int width, int red, int green, int blue, SKEncodedImageFormat format = SKEncodedImageFormat.Png) =>
        Encode(height, width, (_, _) => (red, green, blue, 255), format);

    /// <summary>Noise with a bright square (class 1) or without (class 0), different for each index.</summary>
    public static byte[] Example(int kind, int index, int side = 16)
    {
        var random = new Random((1000 * kind) + index);
        (int top, int left) = (random.Next(side - 6), random.Next(side - 6));
        return Encode(side, side, (y, x) =>
        {
            int value = kind == 1 && y - top is >= 0 and < 6 && x - left is >= 0 and < 6 ? 230 : random.Next(90);
            return (value, value, value, 255);
        });
    }

    /// <summary>Writes <paramref name="count"/> examples of each of two classes into folders.</summary>
    public static void WriteExamples(string root, int count, string[] names)
    {
        for (int kind = 0; kind < names.Length; kind++)
        {
            string folder = Path.Combine(root, names[kind]);
            Directory.CreateDirectory(folder);
            for (int i = 0; i < count; i++)
            {
                File.WriteAllBytes(Path.Combine(folder, $"{i}.png"), Example(kind, i));
            }
        }
    }
}
