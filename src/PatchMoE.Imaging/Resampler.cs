namespace PatchMoE.Imaging;

/// <summary>
/// Changes the size of a picture with a triangle filter that widens as the picture shrinks (Pillow's BILINEAR), so that every pixel counts. It computes with whole numbers:
/// the result is the same on every machine, which a graphics library's own scaling does not promise.
/// </summary>
internal static class Resampler
{
    private const int Bits = 22;

    /// <summary>Scales a part of a picture.</summary>
    /// <param name="source">The picture.</param>
    /// <param name="part">The part to scale, in pixels of the picture; its edges may lie within pixels.</param>
    /// <param name="height">The rows to make.</param>
    /// <param name="width">The columns to make.</param>
    public static Bitmap Scale(Bitmap source, Part part, int height, int width)
    {
        if (part == new Part(0, 0, height, width) && (source.Height, source.Width) == (height, width))
        {
            return source;
        }

        Bitmap narrow = Rows(source, Weights(part.Left, part.Width, source.Width, width), width);
        return Columns(narrow, Weights(part.Top, part.Height, source.Height, height), height);
    }

    private static Bitmap Rows(Bitmap source, Window[] windows, int width)
    {
        var result = new Bitmap(source.Height, width, source.Channels);
        for (int row = 0; row < source.Height; row++)
        {
            for (int column = 0; column < width; column++)
            {
                Sum(source, ((row * source.Width) + windows[column].First) * source.Channels, source.Channels, windows[column].Weights, result, ((row * width) + column) * source.Channels);
            }
        }

        return result;
    }

    private static Bitmap Columns(Bitmap source, Window[] windows, int height)
    {
        var result = new Bitmap(height, source.Width, source.Channels);
        for (int row = 0; row < height; row++)
        {
            for (int column = 0; column < source.Width; column++)
            {
                int from = ((windows[row].First * source.Width) + column) * source.Channels;
                Sum(source, from, source.Width * source.Channels, windows[row].Weights, result, ((row * source.Width) + column) * source.Channels);
            }
        }

        return result;
    }

    /// <summary>One pixel: the weighted sum of pixels that lie <paramref name="step"/> bytes apart.</summary>
    private static void Sum(Bitmap source, int from, int step, int[] weights, Bitmap result, int to)
    {
        for (int channel = 0; channel < source.Channels; channel++)
        {
            int sum = 1 << (Bits - 1);
            for (int i = 0; i < weights.Length; i++)
            {
                sum += weights[i] * source.Pixels[from + (i * step) + channel];
            }

            result.Pixels[to + channel] = (byte)Math.Clamp(sum >> Bits, 0, 255);
        }
    }

    /// <summary>For each pixel to make, the pixels that count and their weights, which add up to 1 in units of 2⁻²².</summary>
    private static Window[] Weights(double start, double length, int size, int made)
    {
        double scale = length / made;
        double support = Math.Max(scale, 1);
        var windows = new Window[made];
        for (int i = 0; i < made; i++)
        {
            double center = start + ((i + 0.5) * scale);
            int first = Math.Clamp((int)(center - support + 0.5), 0, size - 1);
            int last = Math.Clamp((int)(center + support + 0.5), first + 1, size);
            double[] weights = [.. Enumerable.Range(first, last - first).Select(pixel => Math.Max(0, 1 - (Math.Abs(pixel + 0.5 - center) / support)))];
            windows[i] = new Window(first, Fixed(weights));
        }

        return windows;
    }

    private static int[] Fixed(double[] weights)
    {
        double sum = weights.Sum();
        if (sum <= 0)
        {
            weights[0] = sum = 1;
        }

        int[] whole = [.. weights.Select(weight => (int)Math.Round(weight / sum * (1 << Bits)))];
        whole[Array.IndexOf(whole, whole.Max())] += (1 << Bits) - whole.Sum();
        return whole;
    }

    private readonly record struct Window(int First, int[] Weights);
}

/// <summary>A rectangle of a picture, in pixels.</summary>
internal readonly record struct Part(double Top, double Left, double Height, double Width);
