using System.Runtime.InteropServices;
using PatchMoE.Kernels;

namespace PatchMoE.Training.Data;

/// <summary>Converts pixels to inputs.</summary>
internal static class Pixels
{
    /// <summary>Writes pixel/255 for each pixel; the lengths are equal.</summary>
    public static void ToUnit(ReadOnlySpan<byte> pixels, Span<float> values) =>
        Values.Decode(ref MemoryMarshal.GetReference(pixels), ref MemoryMarshal.GetReference(values[..pixels.Length]), pixels.Length);
}
