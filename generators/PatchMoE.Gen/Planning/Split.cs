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
    /// Tile sizes for a count that is known only at run time: <paramref name="most"/>, then the powers of 2 below it, none above the count's maximum.
    /// </summary>
    public static EquatableArray<int> Downwards(int maximum, int most)
    {
        var sizes = new List<int> { most };
        for (int size = MostHalved; size >= 1; size /= 2)
        {
            if (size < most)
            {
                sizes.Add(size);
            }
        }

        return sizes.Where(size => size <= Math.Max(maximum, 1)).ToEquatableArray();
    }
}
