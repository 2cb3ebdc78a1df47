using System.Globalization;
using System.Numerics;

namespace PatchMoE.Kernels;

/// <summary>Finds values that are not finite.</summary>
internal static class FiniteCheck
{
    /// <summary>The index of the first NaN or infinity, −1 if there is none.</summary>
    public static int FirstNotFinite(ReadOnlySpan<float> values)
    {
        // 0·x is ±0 for every finite x and NaN otherwise: one sum of products finds them.
        Vector<float> products = Vector<float>.Zero;
        int i = 0;
        for (; i <= values.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            products += new Vector<float>(values[i..]) * Vector<float>.Zero;
        }

        float rest = Vector.Sum(products);
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
