namespace PatchMoE.RandomNumbers;

/// <summary>
/// A counter-based random generator: Philox4x32-10 (Salmon, Moraes, Dror, Shaw: Parallel Random Numbers: As Easy as 1, 2, 3, SC 2011).
/// Value i of a stream depends only on (seed, stream, i), so it is the same on every platform, in any order and from any thread.
/// </summary>
/// <param name="seed">The seed of the run.</param>
/// <param name="stream">What the values are for; two streams of one seed are independent.</param>
internal readonly struct CounterRandom(ulong seed, ulong stream)
{
    /// <summary>A stream named by a text, for example a tensor's name.</summary>
    public static CounterRandom ForName(ulong seed, string name)
    {
        // FNV-1a, 64 bit: string.GetHashCode differs from process to process.
        ulong hash = 14695981039346656037;
        foreach (char c in name)
        {
            hash = unchecked((hash ^ c) * 1099511628211);
        }

        return new CounterRandom(seed, hash);
    }

    /// <summary>32 random bits.</summary>
    /// <param name="index">The index of the value in the stream.</param>
    public uint Bits(ulong index)
    {
        (uint a, uint b, uint c, uint d) = Block(index >> 2);
        return (index & 3) switch { 0 => a, 1 => b, 2 => c, _ => d };
    }

    /// <summary>A uniform value in (0, 1), never 0 or 1, with 32 random bits.</summary>
    /// <param name="index">The index of the value in the stream.</param>
    public double Uniform(ulong index) => (Bits(index) + 0.5) * (1.0 / 4294967296.0);

    /// <summary>A uniform integer 0…<paramref name="exclusiveMaximum"/>−1 (bias below 2⁻³², by a 64-bit product).</summary>
    /// <param name="index">The index of the value in the stream.</param>
    /// <param name="exclusiveMaximum">≥ 1.</param>
    public int Integer(ulong index, int exclusiveMaximum) => (int)(((ulong)Bits(index) * (ulong)exclusiveMaximum) >> 32);

    /// <summary>A standard normal value.</summary>
    /// <param name="index">The index of the value in the stream.</param>
    public double Normal(ulong index) => NormalQuantile.Of(Uniform(index));

    /// <summary>Shuffles in place (Fisher–Yates), using the values 0…length−2 of the stream.</summary>
    public void Shuffle<T>(Span<T> items)
    {
        for (int i = items.Length - 1; i > 0; i--)
        {
            int j = Integer((ulong)(items.Length - 1 - i), i + 1);
            (items[i], items[j]) = (items[j], items[i]);
        }
    }

    /// <summary>The four words that the generator computes from the counter (counter, stream) and the key (seed).</summary>
    internal (uint A, uint B, uint C, uint D) Block(ulong counter)
    {
        (uint c0, uint c1, uint c2, uint c3) = ((uint)counter, (uint)(counter >> 32), (uint)stream, (uint)(stream >> 32));
        (uint k0, uint k1) = ((uint)seed, (uint)(seed >> 32));
        for (int round = 0; round < 10; round++)
        {
            ulong p0 = 0xD2511F53UL * c0;
            ulong p1 = 0xCD9E8D57UL * c2;
            (c0, c1, c2, c3) = ((uint)(p1 >> 32) ^ c1 ^ k0, (uint)p1, (uint)(p0 >> 32) ^ c3 ^ k1, (uint)p0);
            unchecked
            {
                k0 += 0x9E3779B9;
                k1 += 0xBB67AE85;
            }
        }

        return (c0, c1, c2, c3);
    }
}
