namespace PatchMoE.Training.Data;

/// <summary>Converts pixels to inputs.</summary>
internal static class Pixels
{
    /// <summary>Writes pixel/255 for each pixel; the lengths are equal.</summary>
    public static void ToUnit(ReadOnlySpan<byte> pixels, Span<float> values)
    {
        for (int i = 0; i < pixels.Length; i++)
        {
            values[i] = pixels[i] / 255f;
        }
    }
}
