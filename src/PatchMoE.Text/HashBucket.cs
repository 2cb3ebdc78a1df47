namespace PatchMoE.Text;

/// <summary>Where a hash points to.</summary>
internal static class HashBucket
{
    /// <summary>⌊⌊h / 2³²⌋ · count / 2³²⌋: one of so many places, by the upper half of the hash.</summary>
    /// <param name="hash">h.</param>
    /// <param name="count">The number of places.</param>
    public static int Of(ulong hash, int count) => (int)(((hash >> 32) * (ulong)count) >> 32);
}
