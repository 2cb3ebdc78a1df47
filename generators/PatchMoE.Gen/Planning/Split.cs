namespace PatchMoE.Gen.Planning;

/// <summary>A run of tiles of one size: the rows <see cref="Start"/>, <see cref="Start"/> + <see cref="Size"/>, … below <see cref="End"/>.</summary>
/// <param name="Start">The first row.</param>
/// <param name="End">The row behind the last tile.</param>
/// <param name="Size">Rows per tile.</param>
internal readonly record struct TileRun(int Start, int End, int Size)
{
    public int Tiles => (End - Start) / Size;
}

/// <summary>How rows are cut into register tiles.</summary>
internal static class Split
{
    /// <summary>
    /// As few tiles as possible of at most <paramref name="most"/> rows, as even as possible: 17 rows by 4 are 4+4+3+3+3, not 4+4+4+4+1,
    /// since a tile of one row leaves the multipliers waiting.
    /// </summary>
    public static EquatableArray<TileRun> Evenly(int rows, int most)
    {
        int tiles = (rows + most - 1) / most;
        int size = rows / tiles;
        int larger = rows % tiles;
        int boundary = larger * (size + 1);
        var runs = new List<TileRun>();
        if (larger > 0)
        {
            runs.Add(new TileRun(0, boundary, size + 1));
        }

        if (boundary < rows)
        {
            runs.Add(new TileRun(boundary, rows, size));
        }

        return runs.ToEquatableArray();
    }

    /// <summary>The largest power of 2 below the largest tile.</summary>
    private const int MostHalved = 4;

    /// <summary>
    /// Tile sizes, largest first, for a count that is known only at run time, and is mostly its <paramref name="maximum"/>: <paramref name="most"/>, what it leaves of the maximum, and powers of 2.
    /// </summary>
    public static EquatableArray<int> Downwards(int maximum, int most)
    {
        int largest = Math.Min(Math.Max(maximum, 1), most);
        int rest = maximum % largest;
        IEnumerable<int> smaller = Enumerable.Range(1, largest - 1).Where(size => size == rest || (size <= MostHalved && (size & (size - 1)) == 0));
        return smaller.Append(largest).OrderByDescending(size => size).ToEquatableArray();
    }

    /// <summary>
    /// The largest tile of at most <paramref name="most"/> patches, or a smaller one whose rest fills the registers better: 49 by 6 are eight tiles and one patch that waits for its own sums, by 5 nine
    /// tiles and one of 4. The smaller one must save a twentieth for one class of vector units, and cost no other anything.
    /// </summary>
    /// <param name="count">Patches.</param>
    /// <param name="most">The most that pass together.</param>
    /// <param name="sums">A patch's sums in registers.</param>
    public static int Fitting(int count, int most, ByWidth<int> sums)
    {
        int best = most;
        for (int size = most - 1; 3 * size >= 2 * most; size--)
        {
            (int wide, int narrow) = (Saved(sums.Wide), Saved(sums.Narrow));
            if (wide >= 0 && narrow >= 0 && 20 * Math.Max(wide, narrow) >= count * (wide > narrow ? sums.Wide : sums.Narrow))
            {
                best = size;
            }

            int Saved(int each) => Steps(count, best, each) - Steps(count, size, each);
        }

        return best;
    }

    /// <summary>The multiply-adds for one value of each patch, those included that a tile of too few sums spends waiting.</summary>
    private static int Steps(int count, int size, int sums) =>
        (count / size * Math.Max(size * sums, RegisterTile.LeastSums)) + (count % size == 0 ? 0 : Math.Max(count % size * sums, RegisterTile.LeastSums));
}
