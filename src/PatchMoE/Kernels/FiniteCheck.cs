using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace PatchMoE.Kernels;

/// <summary>Finds values that are not finite.</summary>
internal static class FiniteCheck
{
    /// <summary>The index of the first NaN or infinity, −1 if there is none.</summary>
    public static int FirstNotFinite(ReadOnlySpan<float> values)
    {
        // 0·x is ±0 for every finite x and NaN otherwise: one sum of products finds them. It has four parts, so that no addition waits for another.
        const int Lanes = 8;
        ref float start = ref MemoryMarshal.GetReference(values);
        Vector256<float> zero = Vector256<float>.Zero;
        (Vector256<float> a, Vector256<float> b, Vector256<float> c, Vector256<float> d) = (zero, zero, zero, zero);
        int i = 0;
        for (; i <= values.Length - (4 * Lanes); i += 4 * Lanes)
        {
            ref float x = ref Unsafe.Add(ref start, i);
            a += Vector256.LoadUnsafe(ref x) * zero;
            b += Vector256.LoadUnsafe(ref x, Lanes) * zero;
            c += Vector256.LoadUnsafe(ref x, 2 * Lanes) * zero;
            d += Vector256.LoadUnsafe(ref x, 3 * Lanes) * zero;
        }

        float rest = Vector256.Sum(a + b + (c + d));
        for (; i < values.Length; i++)
        {
            rest += values[i] * 0f;
        }

        return float.IsNaN(rest) ? IndexOfNotFinite(values) : -1;
    }

    /// <summary>The number as written in messages: NaN, Infinity or -Infinity.</summary>
    public static string Show(double value) => value.ToString(CultureInfo.InvariantCulture);

    private static int IndexOfNotFinite(ReadOnlySpan<float> values)
    {
        int i = 0;
        while (float.IsFinite(values[i]))
        {
            i++;
        }

        return i;
    }
}
