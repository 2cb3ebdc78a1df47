using System.ComponentModel;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace PatchMoE.Kernels;

/// <summary>
/// The indices of the largest scores, best first; ties go to the lower index. Scores are compared as integers in the order of the
/// floats, a total order of all bit patterns: whatever the scores are, even NaN, the indices are distinct and in range.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class TopScores
{
    /// <summary>A list in scratch starts at a multiple of this many values, the lanes of the widest vector, and is padded with keys that never win.</summary>
    private const int Alignment = 16;

    /// <summary>
    /// Counts for each score how many are better, using vector comparisons and no branch that depends on a score: n² / lanes steps.
    /// </summary>
    /// <param name="scores">[count].</param>
    /// <param name="count">The number of scores.</param>
    /// <param name="most">The number of indices wanted.</param>
    /// <param name="routes">[most], written; −1 after the last index if there are fewer scores.</param>
    /// <param name="scratch">3 lists of count values, each rounded up to a multiple of 16.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void ByRank(ref float scores, int count, int most, ref int routes, ref int scratch)
    {
        int padded = Pad(count);
        ref int ranks = ref Unsafe.Add(ref scratch, padded);
        ref int order = ref Unsafe.Add(ref scratch, 2 * padded);
        WriteKeys(ref scores, count, ref scratch);
        WriteRanks(ref scratch, count, ref ranks);
        for (int j = 0; j < count; j++)
        {
            Unsafe.Add(ref order, Unsafe.Add(ref ranks, j)) = j;
        }

        int taken = Math.Min(most, count);
        MemoryMarshal.CreateReadOnlySpan(ref order, taken).CopyTo(MemoryMarshal.CreateSpan(ref routes, taken));
        MemoryMarshal.CreateSpan(ref Unsafe.Add(ref routes, taken), most - taken).Fill(-1);
    }

    /// <summary>
    /// Finds the key that separates the wanted scores from the others by bisection, each step a count over all scores; then ranks the wanted ones.
    /// </summary>
    /// <param name="scores">[count].</param>
    /// <param name="count">The number of scores.</param>
    /// <param name="most">The number of indices wanted.</param>
    /// <param name="routes">[most], written; −1 after the last index if there are fewer scores.</param>
    /// <param name="scratch">4 lists of max(count, most + 1) values, each rounded up to a multiple of 16.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void ByThreshold(ref float scores, int count, int most, ref int routes, ref int scratch)
    {
        int padded = Pad(Math.Max(count, most + 1));
        ref int chosen = ref Unsafe.Add(ref scratch, padded);
        ref int chosenKeys = ref Unsafe.Add(ref scratch, 2 * padded);
        ref int ranks = ref Unsafe.Add(ref scratch, 3 * padded);
        WriteKeys(ref scores, count, ref scratch);

        int taken = Math.Min(most, count);
        int threshold = count > most ? Separate(ref scratch, count, most) : int.MinValue;
        int found = 0;
        Vector256<int> least = Vector256.Create(threshold);
        for (int j = 0; j < count; j += Alignment)
        {
            // The keys that pad the list are above none.
            uint above = Vector256.GreaterThan(Vector256.LoadUnsafe(ref scratch, (nuint)j), least).ExtractMostSignificantBits()
                | (Vector256.GreaterThan(Vector256.LoadUnsafe(ref scratch, (nuint)j + 8), least).ExtractMostSignificantBits() << 8);
            for (; above != 0; above &= above - 1)
            {
                Unsafe.Add(ref chosen, found++) = j + BitOperations.TrailingZeroCount(above);
            }
        }

        // Keys equal to the threshold come last, so that the ranks below keep their order.
        for (int j = 0; found < taken; j++)
        {
            Unsafe.Add(ref chosen, found) = j;
            found += Unsafe.Add(ref scratch, j) == threshold ? 1 : 0;
        }

        for (int t = 0; t < taken; t++)
        {
            Unsafe.Add(ref chosenKeys, t) = Unsafe.Add(ref scratch, Unsafe.Add(ref chosen, t));
        }

        Close(ref chosenKeys, taken);
        WriteRanks(ref chosenKeys, taken, ref ranks);
        for (int t = 0; t < taken; t++)
        {
            Unsafe.Add(ref routes, Unsafe.Add(ref ranks, t)) = Unsafe.Add(ref chosen, t);
        }

        MemoryMarshal.CreateSpan(ref Unsafe.Add(ref routes, taken), most - taken).Fill(-1);
    }

    /// <summary>Looks through all scores once for each index wanted, a vector at a time and without a branch that depends on a score.</summary>
    /// <param name="scores">[count].</param>
    /// <param name="count">The number of scores.</param>
    /// <param name="most">The number of indices wanted.</param>
    /// <param name="routes">[most], written; −1 after the last index if there are fewer scores.</param>
    /// <param name="scratch">A list of count values, rounded up to a multiple of 16, and 32 values more.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void ByRounds(ref float scores, int count, int most, ref int routes, ref int scratch)
    {
        ref int lanes = ref Unsafe.Add(ref scratch, Pad(count));
        WriteKeys(ref scores, count, ref scratch);

        // The last one taken, its key above the complement of its index: of equal keys, the one with the lower index is the larger. None is above this one.
        long last = (long)int.MaxValue << 32;
        int taken = Math.Min(most, count);
        for (int t = 0; t < taken; t++)
        {
            last = LargestBelow(last, ref scratch, count, ref lanes);
            Unsafe.Add(ref routes, t) = ~(int)last;
        }

        MemoryMarshal.CreateSpan(ref Unsafe.Add(ref routes, taken), most - taken).Fill(-1);
    }

    /// <summary>Sorts all scores, each packed with its index into one 64-bit key.</summary>
    /// <param name="scores">[count].</param>
    /// <param name="count">The number of scores.</param>
    /// <param name="most">The number of indices wanted.</param>
    /// <param name="routes">[most], written; −1 after the last index if there are fewer scores.</param>
    /// <param name="scratch">3 lists of count values, each rounded up to a multiple of 16.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void BySort(ref float scores, int count, int most, ref int routes, ref int scratch)
    {
        WriteKeys(ref scores, count, ref scratch);
        Span<long> sorted = MemoryMarshal.Cast<int, long>(MemoryMarshal.CreateSpan(ref Unsafe.Add(ref scratch, Pad(count)), 2 * count));
        for (int j = 0; j < count; j++)
        {
            // Ascending: ~key puts the largest first.
            sorted[j] = ((long)~Unsafe.Add(ref scratch, j) << 32) | (uint)j;
        }

        sorted.Sort();
        for (int t = 0; t < most; t++)
        {
            Unsafe.Add(ref routes, t) = t < count ? unchecked((int)sorted[t]) : -1;
        }
    }

    /// <summary>The space that a list takes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Pad(int count) => (count + Alignment - 1) / Alignment * Alignment;

    /// <summary>Keys in the order of the scores, −0 treated as 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void WriteKeys(ref float scores, int count, ref int keys)
    {
        int j = 0;
        for (; j <= count - Vector<int>.Count; j += Vector<int>.Count)
        {
            Vector<int> bits = Vector.AsVectorInt32(Vector.LoadUnsafe(ref scores, (nuint)j) + Vector<float>.Zero);
            (bits ^ (Vector.ShiftRightArithmetic(bits, 31) & new Vector<int>(int.MaxValue))).StoreUnsafe(ref keys, (nuint)j);
        }

        for (; j < count; j++)
        {
            int bits = BitConverter.SingleToInt32Bits(Unsafe.Add(ref scores, j) + 0f);
            Unsafe.Add(ref keys, j) = bits ^ ((bits >> 31) & int.MaxValue);
        }

        Close(ref keys, count);
    }

    /// <summary>Pads a list's last vector with keys that are above none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Close(ref int keys, int count) =>
        MemoryMarshal.CreateSpan(ref Unsafe.Add(ref keys, count), Pad(count) - count).Fill(int.MinValue);

    /// <summary>ranks[j] = #{i : key_i &gt; key_j} + #{i &lt; j : key_i = key_j}, one vector of j at a time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void WriteRanks(ref int keys, int count, ref int ranks)
    {
        for (int block = 0; block < count; block += Vector<int>.Count)
        {
            Vector<int> mine = Vector.LoadUnsafe(ref keys, (nuint)block);
            Vector<int> index = new Vector<int>(block) + Vector<int>.Indices;
            int end = Math.Min(block + Vector<int>.Count, count);

            // A comparison gives −1 where it is true. Every key before the block counts unless it is less.
            Vector<int> rank = new(block);
            for (int i = 0; i < block; i++)
            {
                rank += Vector.GreaterThan(mine, new Vector<int>(Unsafe.Add(ref keys, i)));
            }

            for (int i = block; i < end; i++)
            {
                Vector<int> key = new(Unsafe.Add(ref keys, i));
                rank -= Vector.GreaterThan(key, mine) | (Vector.Equals(key, mine) & Vector.GreaterThan(index, new Vector<int>(i)));
            }

            for (int i = end; i < count; i++)
            {
                rank -= Vector.GreaterThan(new Vector<int>(Unsafe.Add(ref keys, i)), mine);
            }

            rank.StoreUnsafe(ref ranks, (nuint)block);
        }
    }

    /// <summary>The largest of the keys, each above the complement of its index, that is below another.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static long LargestBelow(long bound, ref int keys, int count, ref int lanes)
    {
        Vector<int> boundKey = new((int)(bound >> 32));
        Vector<int> boundIndex = new(~(int)bound);
        Vector<int> index = Vector<int>.Indices;
        Vector<int> best = new(int.MinValue);

        // A lane without one so far has no index, which is below all others.
        Vector<int> at = new(-1);
        for (int i = 0; i < count; i += Vector<int>.Count)
        {
            Vector<int> key = Vector.LoadUnsafe(ref keys, (nuint)i);
            Vector<int> below = Vector.GreaterThan(boundKey, key) | (Vector.Equals(boundKey, key) & Vector.GreaterThan(index, boundIndex));
            Vector<int> above = below & (Vector.GreaterThan(key, best) | Vector.LessThan(at, Vector<int>.Zero));
            best = Vector.ConditionalSelect(above, key, best);
            at = Vector.ConditionalSelect(above, index, at);
            index += new Vector<int>(Vector<int>.Count);
        }

        best.StoreUnsafe(ref lanes);
        at.StoreUnsafe(ref lanes, Alignment);
        long largest = long.MinValue;
        for (int lane = 0; lane < Vector<int>.Count; lane++)
        {
            largest = Math.Max(largest, ((long)Unsafe.Add(ref lanes, lane) << 32) | (uint)~Unsafe.Add(ref lanes, Alignment + lane));
        }

        return largest;
    }

    /// <summary>A key with at most <paramref name="most"/> keys above it and at least that many above or equal to it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int Separate(ref int keys, int count, int most)
    {
        // At least most keys are above low; at most most are above high.
        (int least, int high) = Range(ref keys, count, most);
        long low = (long)least - 1;
        while (high - low > 1)
        {
            int middle = (int)(low + ((high - low) / 2));
            int above = CountAbove(ref keys, count, middle);
            if (above == most)
            {
                return middle;
            }

            (low, high) = above > most ? (middle, high) : (low, middle);
        }

        return high;
    }

    /// <summary>
    /// A key that at least <paramref name="most"/> keys reach, and the largest. The keys fall into groups, as many as four vectors have lanes: where these are no fewer than the keys wanted, each group's
    /// largest reaches the least of them, which is far above the smallest key.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (int Least, int Largest) Range(ref int keys, int count, int most)
    {
        int lanes = Vector<int>.Count;
        Vector<int> a = new(int.MinValue);
        (Vector<int> b, Vector<int> c, Vector<int> d, Vector<int> low) = (a, a, a, new Vector<int>(int.MaxValue));
        int i = 0;
        for (; i <= count - (4 * lanes); i += 4 * lanes)
        {
            ref int key = ref Unsafe.Add(ref keys, i);
            Vector<int> first = Vector.LoadUnsafe(ref key);
            Vector<int> second = Vector.LoadUnsafe(ref key, (nuint)lanes);
            Vector<int> third = Vector.LoadUnsafe(ref key, (nuint)(2 * lanes));
            Vector<int> fourth = Vector.LoadUnsafe(ref key, (nuint)(3 * lanes));
            low = Vector.Min(Vector.Min(low, Vector.Min(first, second)), Vector.Min(third, fourth));
            (a, b, c, d) = (Vector.Max(a, first), Vector.Max(b, second), Vector.Max(c, third), Vector.Max(d, fourth));
        }

        Vector<int> high = Vector.Max(Vector.Max(a, b), Vector.Max(c, d));
        low = most <= 4 * lanes && i > 0 ? Vector.Min(Vector.Min(a, b), Vector.Min(c, d)) : low;
        (int least, int largest) = (int.MaxValue, int.MinValue);
        for (int lane = 0; lane < lanes; lane++)
        {
            least = Math.Min(least, low[lane]);
            largest = Math.Max(largest, high[lane]);
        }

        for (; i < count; i++)
        {
            least = Math.Min(least, Unsafe.Add(ref keys, i));
            largest = Math.Max(largest, Unsafe.Add(ref keys, i));
        }

        return (least, largest);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int CountAbove(ref int keys, int count, int threshold)
    {
        int lanes = Vector<int>.Count;
        Vector<int> least = new(threshold);
        (Vector<int> above, Vector<int> second, Vector<int> third, Vector<int> fourth) = (Vector<int>.Zero, Vector<int>.Zero, Vector<int>.Zero, Vector<int>.Zero);
        int i = 0;
        for (; i <= count - (4 * lanes); i += 4 * lanes)
        {
            // Four sums, none of which waits for another.
            ref int key = ref Unsafe.Add(ref keys, i);
            above -= Vector.GreaterThan(Vector.LoadUnsafe(ref key), least);
            second -= Vector.GreaterThan(Vector.LoadUnsafe(ref key, (nuint)lanes), least);
            third -= Vector.GreaterThan(Vector.LoadUnsafe(ref key, (nuint)(2 * lanes)), least);
            fourth -= Vector.GreaterThan(Vector.LoadUnsafe(ref key, (nuint)(3 * lanes)), least);
        }

        for (; i < count; i += lanes)
        {
            above -= Vector.GreaterThan(Vector.LoadUnsafe(ref keys, (nuint)i), least);
        }

        above += second + third + fourth;
        return Vector.Sum(above);
    }
}
