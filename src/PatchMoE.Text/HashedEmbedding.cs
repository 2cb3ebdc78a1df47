using System.Runtime.Intrinsics;

namespace PatchMoE.Text;

/// <summary>
/// Vectors of words or parts of words without a table (Weinberger et al., Feature Hashing for Large Scale Multitask Learning, ICML 2009): every token and every pair of tokens in a row adds +1 or −1
/// to the value that its hash points to, and the vector is divided by its length. With h the hash, the value is the one at ⌊⌊h / 2³²⌋ · dimension / 2³²⌋, and +1 is added where h is
/// even.
/// </summary>
internal static class HashedEmbedding
{
    /// <summary>Writes the vector of some tokens in a row.</summary>
    /// <param name="tokens">The tokens.</param>
    /// <param name="vector">[dimension], written: its length is 1, or 0 where all tokens cancel out.</param>
    public static void Write(TokenRun tokens, Span<float> vector)
    {
        // Whole numbers, so in whatever order, and their squares have a sum without rounding: it is kept as they change.
        vector.Clear();
        long squares = Add(tokens.Hashes, vector) + Add(tokens.Pairs, vector);
        if (squares > 0)
        {
            Divide(vector, Math.Sqrt(squares));
        }
    }

    /// <summary>Adds tokens; returns by how much the sum of squares grows, (v ± 1)² − v² for each.</summary>
    private static long Add(ReadOnlySpan<ulong> hashes, Span<float> vector)
    {
        long growth = 0;
        foreach (ulong hash in hashes)
        {
            ref float value = ref vector[HashBucket.Of(hash, vector.Length)];
            float sign = (hash & 1) == 0 ? 1f : -1f;
            growth += (long)(2 * sign * value) + 1;
            value += sign;
        }

        return growth;
    }

    /// <summary>Few values of a sentence's vector are not 0: those around them are passed over, some at a time.</summary>
    private static void Divide(Span<float> vector, double length)
    {
        int i = 0;
        for (; i <= vector.Length - Vector256<float>.Count; i += Vector256<float>.Count)
        {
            Span<float> some = vector.Slice(i, Vector256<float>.Count);
            if (Vector256.Create<float>(some) != Vector256<float>.Zero)
            {
                DivideEach(some, length);
            }
        }

        DivideEach(vector[i..], length);
    }

    private static void DivideEach(Span<float> values, double length)
    {
        foreach (ref float value in values)
        {
            value = (float)(value / length);
        }
    }
}
