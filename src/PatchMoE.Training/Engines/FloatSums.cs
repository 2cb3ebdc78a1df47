using System.Numerics;

namespace PatchMoE.Training.Engines;

/// <summary>Sums and products of arrays, value by value: the width of the vectors changes no bit.</summary>
internal static class FloatSums
{
    /// <summary>sum += values.</summary>
    public static void Add(ReadOnlySpan<float> values, Span<float> sum)
    {
        int i = 0;
        for (; i <= sum.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            (new Vector<float>(sum[i..]) + new Vector<float>(values[i..])).CopyTo(sum[i..]);
        }

        for (; i < sum.Length; i++)
        {
            sum[i] += values[i];
        }
    }

    /// <summary>values *= factor.</summary>
    public static void Scale(Span<float> values, float factor)
    {
        int i = 0;
        for (; i <= values.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            (new Vector<float>(values[i..]) * factor).CopyTo(values[i..]);
        }

        for (; i < values.Length; i++)
        {
            values[i] *= factor;
        }
    }
}
