namespace PatchMoE.Gen.Planning.Ilgpu;

/// <summary>
/// How a group computes inner products of patches with weight rows: a matrix product whose inner dimension d is split over <see cref="Lanes"/> neighbouring
/// threads. Each of them has the <see cref="Patches"/> × <see cref="Rows"/> sums of a register tile for its own part of d; the lanes' sums meet in shared
/// memory and are added in order.
/// </summary>
/// <param name="Lanes">Threads of a tile, along d.</param>
/// <param name="Patches">Patches of a tile.</param>
/// <param name="Rows">Weight rows of a tile.</param>
/// <param name="PatchTiles">Tiles over all patches of a unit.</param>
/// <param name="RowTiles">Tiles over all weight rows of a unit.</param>
/// <param name="Units">Units (instances, or experts of an instance) that a group works on at once.</param>
/// <param name="PatchTilesAtOnce">Of the patch tiles.</param>
/// <param name="RowTilesAtOnce">Of the row tiles.</param>
internal sealed record ProductTiling(int Lanes, int Patches, int Rows, int PatchTiles, int RowTiles, int Units, int PatchTilesAtOnce, int RowTilesAtOnce)
{
    /// <summary>Two such groups keep an SM's registers full at 128 registers a thread.</summary>
    private const int MaxThreads = 256;

    /// <summary>32 sums, and a vector each for patches and rows, leave a thread below 128 registers.</summary>
    private const int MaxSums = 32;
    private const int MaxRows = 8;
    private const int MaxPatches = 8;

    /// <summary>Static shared memory is limited to 48 KiB a group; the rest is for keys.</summary>
    private const int MaxSumBytes = 36 << 10;

    public int UnitTilesAtOnce => PatchTilesAtOnce * RowTilesAtOnce;
    public int TilesAtOnce => Units * UnitTilesAtOnce;

    public int Threads => TilesAtOnce * Lanes;
    public int Sums => Patches * Rows;

    /// <summary>Floats of shared memory from one sum to the next; odd, so that threads that add up neighbouring sums read from different banks.</summary>
    public int SumStride => StrideOf(Lanes);

    public int SumFloats => Sums * TilesAtOnce * SumStride;

    public int TilesPerUnit => PatchTiles * RowTiles;
    public int PatchRounds => Divide.Up(PatchTiles, PatchTilesAtOnce);
    public int RowBlocks => Divide.Up(RowTiles, RowTilesAtOnce);
    public int Rounds => Divide.Up(Units * TilesPerUnit, TilesAtOnce);

    /// <summary>Chooses tiles for units of so many patches and weight rows.</summary>
    /// <param name="patches">Patches of a unit.</param>
    /// <param name="rows">Weight rows of a unit.</param>
    /// <param name="vectors">Vectors of d.</param>
    /// <param name="maxLanes">The most lanes: many lanes make more groups of few units, few make units share more loads.</param>
    public static ProductTiling Of(int patches, int rows, int vectors, int maxLanes)
    {
        int r = Divide.Evenly(rows, MaxRows);
        int p = Divide.Evenly(patches, Math.Min(MaxSums / r, MaxPatches));
        int lanes = 1;
        while (lanes < maxLanes && lanes * 4 <= vectors)
        {
            lanes *= 2;
        }

        int threads = MaxThreads;
        while (threads > 2 * lanes && 4 * p * r * (threads / lanes) * StrideOf(lanes) > MaxSumBytes)
        {
            threads /= 2;
        }

        int tiles = threads / lanes;
        int patchTiles = Divide.Up(patches, p);
        int rowTiles = Divide.Up(rows, r);
        int patchesAtOnce = Divide.Evenly(patchTiles, tiles);
        int rowsAtOnce = Divide.Evenly(rowTiles, Math.Max(1, tiles / patchesAtOnce));
        int units = Math.Max(1, tiles / (patchesAtOnce * rowsAtOnce));
        return new ProductTiling(lanes, p, r, patchTiles, rowTiles, units, patchesAtOnce, rowsAtOnce);
    }

    private static int StrideOf(int lanes) => lanes == 1 ? 1 : lanes + 1;
}
