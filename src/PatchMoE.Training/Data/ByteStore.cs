namespace PatchMoE.Training.Data;

/// <summary>Samples in memory as bytes: pixels that stand for pixel/255, in a quarter of the memory of floats, which is what a pass over more of them than the caches hold waits for.</summary>
/// <param name="pixels">[N, length].</param>
/// <param name="length">The number of pixels in a sample.</param>
internal sealed class ByteStore(byte[] pixels, int length) : SampleStore
{
    private readonly Lazy<float[]> _values = new(() =>
    {
        float[] values = SampleArray.Allocate(pixels.Length / length, length, "data");
        Data.Pixels.ToUnit(pixels, values);
        return values;
    });

    public byte[] Pixels => pixels;

    /// <summary>All of them decoded, which is done when they are first asked for.</summary>
    public float[] Values => _values.Value;

    public override void Copy(int sample, Span<float> values) => Data.Pixels.ToUnit(pixels.AsSpan(sample * length, length), values);
}
