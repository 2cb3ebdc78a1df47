namespace PatchMoE.Kernels;

/// <summary>The values of samples in memory: floats, or pixels of a byte each that stand for pixel/255, a quarter of the memory. A pass gives the same bits for both.</summary>
internal readonly ref struct InputValues
{
    /// <param name="floats">[N, input length].</param>
    public InputValues(ReadOnlySpan<float> floats) => Floats = floats;

    /// <param name="pixels">[N, input length].</param>
    public InputValues(ReadOnlySpan<byte> pixels) => Pixels = pixels;

    /// <summary>The floats; empty if there are pixels.</summary>
    public ReadOnlySpan<float> Floats { get; }

    /// <summary>The pixels; empty if there are floats.</summary>
    public ReadOnlySpan<byte> Pixels { get; }

    /// <summary>The number of values.</summary>
    public int Length => Floats.Length + Pixels.Length;
}
