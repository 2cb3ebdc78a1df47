using System.ComponentModel;
using System.Runtime.InteropServices;

namespace PatchMoE.Kernels;

/// <summary>Operations on ranges of floats, for emitted code.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class Values
{
    /// <summary>Sets <paramref name="count"/> values to 0.</summary>
    public static void Clear(ref float start, int count) => MemoryMarshal.CreateSpan(ref start, count).Clear();

    /// <summary>Whether all of <paramref name="count"/> values are finite.</summary>
    public static bool AllFinite(ref float start, int count) => FiniteCheck.FirstNotFinite(MemoryMarshal.CreateReadOnlySpan(ref start, count)) < 0;

    /// <summary>Copies <paramref name="count"/> values.</summary>
    public static void Copy(ref float from, ref float to, int count) =>
        MemoryMarshal.CreateReadOnlySpan(ref from, count).CopyTo(MemoryMarshal.CreateSpan(ref to, count));
}
