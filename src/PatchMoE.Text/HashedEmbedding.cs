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
        // Whole numbers, so in whatever order.
        vector.Clear();
        foreach (ulong hash in tokens.Hashes)
        {
            Add(hash, vector);
        }

        foreach (ulong hash in tokens.Pairs)
        {
            Add(hash, vector);
        }

        Normalize(vector);
    }

    private static void Add(ulong hash, Span<float> vector) => vector[HashBucket.Of(hash, vector.Length)] += (hash & 1) == 0 ? 1f : -1f;

    private static void Normalize(Span<float> vector)
    {
        // Whole numbers: their sum has no rounding, and so no order.
        double squares = 0;
        foreach (float value in vector)
        {
            squares += (double)value * value;
        }

        if (squares > 0)
        {
            double length = Math.Sqrt(squares);
            foreach (ref float value in vector)
            {
                value = (float)(value / length);
            }
        }
    }
}
