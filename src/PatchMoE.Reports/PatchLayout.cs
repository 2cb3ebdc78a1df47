namespace PatchMoE.Reports;

/// <summary>
/// How a sample is shown as pixels, and where its patches are. Images are shown as they are. Vectors are shown as tiles: the d values of a patch, row by
/// row in the smallest square that holds them; patches in a square, at least <see cref="FewestColumns"/> in a row; each group on its own rows.
/// </summary>
internal sealed class PatchLayout
{
    private const int FewestColumns = 8;
    private const int TileGap = 1;
    private readonly InputSpec _input;

    public PatchLayout(InputSpec input)
    {
        _input = input;
        switch (input)
        {
            case ImageInputSpec image:
                (Width, Height) = (image.Width, image.Height);
                (PatchWidth, PatchHeight) = (image.PatchWidth, image.PatchHeight);
                PatchesPerGroup = image.GridWidth * image.GridHeight;
                break;
            case VectorsInputSpec vectors:
                int side = (int)Math.Ceiling(Math.Sqrt(vectors.Dimension));
                (PatchWidth, PatchHeight) = (side, side);
                PatchesPerGroup = vectors.Patches;
                int groups = vectors.Groups.Aggregate(1, (product, size) => product * size);
                Width = (Columns * (side + TileGap)) - TileGap;
                Height = (groups * RowsPerGroup * (side + TileGap)) - TileGap;
                break;
            default:
                throw new ArgumentException($"Unknown input kind {input.GetType().Name}.", nameof(input));
        }
    }

    /// <summary>The width in pixels.</summary>
    public int Width { get; }

    /// <summary>The height in pixels.</summary>
    public int Height { get; }

    /// <summary>The width of a patch in pixels.</summary>
    public int PatchWidth { get; }

    /// <summary>The height of a patch in pixels.</summary>
    public int PatchHeight { get; }

    /// <summary>n, the number of patches in a group.</summary>
    public int PatchesPerGroup { get; }

    /// <summary>1 for grey, 3 for colour.</summary>
    public int Channels => _input is ImageInputSpec { Channels: not 3 } ? 1 : 3;

    private int Columns => Math.Min(PatchesPerGroup, Math.Max(FewestColumns, (int)Math.Ceiling(Math.Sqrt(PatchesPerGroup))));

    private int RowsPerGroup => (PatchesPerGroup + Columns - 1) / Columns;

    /// <summary>The top-left pixel of patch <paramref name="patch"/> of group <paramref name="group"/>.</summary>
    public (int X, int Y) Place(int group, int patch)
    {
        if (_input is ImageInputSpec image)
        {
            (int row, int column) = image.Corner(patch);
            return (column, row);
        }

        return (patch % Columns * (PatchWidth + TileGap), ((group * RowsPerGroup) + (patch / Columns)) * (PatchHeight + TileGap));
    }

    /// <summary>The first pixel row of a group, and the number of its rows.</summary>
    public (int Y, int Height) GroupRows(int group) => _input is ImageInputSpec
        ? (0, Height)
        : (Place(group, 0).Y, (RowsPerGroup * (PatchHeight + TileGap)) - TileGap);

    /// <summary>One sample as a PNG file.</summary>
    public byte[] Png(ReadOnlySpan<float> sample) => PngImage.Encode(Pixels(sample), Width, Height, Channels);

    /// <summary>The pixels [Height, Width, Channels] of one sample.</summary>
    public byte[] Pixels(ReadOnlySpan<float> sample) => _input switch
    {
        ImageInputSpec { Channels: 1 or 3 } => Scaled(sample),
        ImageInputSpec image => Scaled(ChannelMeans(sample, image.Channels)),
        _ => Tiles(sample),
    };

    /// <summary>0…1 becomes 0…255; if values lie outside, all are first scaled into that range, smallest to largest.</summary>
    private static byte[] Scaled(ReadOnlySpan<float> values)
    {
        (float low, float high) = (0, 1);
        foreach (float value in values)
        {
            (low, high) = (Math.Min(low, value), Math.Max(high, value));
        }

        var pixels = new byte[values.Length];
        for (int i = 0; i < pixels.Length; i++)
        {
            pixels[i] = (byte)Math.Round((values[i] - low) / (high - low) * 255);
        }

        return pixels;
    }

    private static float[] ChannelMeans(ReadOnlySpan<float> sample, int channels)
    {
        var means = new float[sample.Length / channels];
        for (int i = 0; i < means.Length; i++)
        {
            foreach (float value in sample.Slice(i * channels, channels))
            {
                means[i] += value / channels;
            }
        }

        return means;
    }

    /// <summary>Each value as a pixel from purple (the most negative) through white (0) to green (the most positive).</summary>
    private byte[] Tiles(ReadOnlySpan<float> sample)
    {
        var vectors = (VectorsInputSpec)_input;
        float largest = float.Epsilon;
        foreach (float value in sample)
        {
            largest = Math.Max(largest, Math.Abs(value));
        }

        var pixels = new byte[Height * Width * 3];
        pixels.AsSpan().Fill(255);
        for (int i = 0; i < sample.Length; i++)
        {
            int patch = i / vectors.Dimension;
            int inPatch = i % vectors.Dimension;
            (int x, int y) = Place(patch / PatchesPerGroup, patch % PatchesPerGroup);
            int pixel = (((y + (inPatch / PatchWidth)) * Width) + x + (inPatch % PatchWidth)) * 3;
            Diverging(sample[i] / largest, pixels.AsSpan(pixel, 3));
        }

        return pixels;
    }

    private static void Diverging(float value, Span<byte> rgb)
    {
        ReadOnlySpan<byte> end = value < 0 ? [118, 42, 131] : [27, 120, 55];
        for (int c = 0; c < 3; c++)
        {
            rgb[c] = (byte)Math.Round(255 + (Math.Abs(value) * (end[c] - 255)));
        }
    }
}
