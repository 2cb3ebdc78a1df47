namespace PatchMoE.Gen.Planning.Ilgpu;

/// <summary>
/// How a group computes inner products of patches with weight rows. A slot of <see cref="Lanes"/> neighbouring threads holds one tile: each lane has
/// the tile's <see cref="Patches"/> × <see cref="Rows"/> sums in registers for its own part of d; the lanes' sums meet in shared memory and
/// are added in order.
/// </summary>
/// <param name="Lanes">Threads along d.</param>
/// <param name="Slots">Tiles that a group holds at once.</param>
/// <param name="Patches">Patches of a tile.</param>
/// <param name="Rows">Weight rows of a tile.</param>
/// <param name="PatchTiles">Tiles over all patches of a unit.</param>
/// <param name="RowTiles">Tiles over all weight rows of a unit.</param>
/// <param name="Units">Units (instances, or experts of an instance) that a group works on at once.</param>
/// <param name="PatchTilesAtOnce">Of the patch tiles.</param>
/// <param name="RowTilesAtOnce">Of the row tiles.</param>
internal sealed record DotTiling(
    int Lanes, int Slots, int Patches, int Rows, int PatchTiles, int RowTiles, int Units, int PatchTilesAtOnce, int RowTilesAtOnce)
{
    /// <summary>Two such groups keep an SM's registers full at 128 registers a thread.</summary>
    private const int MostThreads = 256;

    /// <summary>32 sums, and a vector each for patches and rows, leave a thread below 128 registers.</summary>
    private const int MostSums = 32;
    private const int MostRows = 8;
    private const int MostPatches = 8;

    /// <summary>Static shared memory is limited to 48 KiB a group; the rest is for keys.</summary>
    private const int MostSumBytes = 36 << 10;

    public int Threads => Slots * Lanes;

    /// <summary>Sums of a thread.</summary>
    public int Sums => Patches * Rows;

    /// <summary>Floats of shared memory from one sum to the next; odd, so that threads that add up neighbouring sums read from different banks.</summary>
    public int SumStep => Lanes == 1 ? 1 : Lanes + 1;

    /// <summary>Floats of shared memory.</summary>
    public int SumFloats => Sums * Slots * SumStep;

    public int TilesPerUnit => PatchTiles * RowTiles;

    /// <summary>Rounds over a unit's patch tiles.</summary>
    public int PatchRounds => DivideUp(PatchTiles, PatchTilesAtOnce);

    /// <summary>Groups that share a unit's weight rows.</summary>
    public int RowBlocks => DivideUp(RowTiles, RowTilesAtOnce);

    /// <summary>Rounds over all tiles of the group's units.</summary>
    public int Rounds => DivideUp(Units * TilesPerUnit, Slots);

    /// <summary>Chooses tiles for units of so many patches and weight rows.</summary>
    /// <param name="patches">Patches of a unit.</param>
    /// <param name="rows">Weight rows of a unit.</param>
    /// <param name="columns">Vectors of d.</param>
    /// <param name="mostLanes">The most lanes: many lanes make more groups of few units, few make units share more loads.</param>
    public static DotTiling Of(int patches, int rows, int columns, int mostLanes)
    {
        int r = Even(rows, MostRows);
        int p = Even(patches, Math.Min(MostSums / r, MostPatches));
        int lanes = 1;
        while (lanes < mostLanes && lanes * 4 <= columns)
        {
            lanes *= 2;
        }

        int threads = MostThreads;
        while (threads > 2 * lanes && 4 * p * r * (threads / lanes) * (lanes == 1 ? 1 : lanes + 1) > MostSumBytes)
        {
            threads /= 2;
        }

        int slots = threads / lanes;
        int patchTiles = DivideUp(patches, p);
        int rowTiles = DivideUp(rows, r);
        int patchesAtOnce = Even(patchTiles, slots);
        int rowsAtOnce = Even(rowTiles, Math.Max(1, slots / patchesAtOnce));
        int units = Math.Max(1, slots / (patchesAtOnce * rowsAtOnce));
        return new DotTiling(lanes, units * patchesAtOnce * rowsAtOnce, p, r, patchTiles, rowTiles, units, patchesAtOnce, rowsAtOnce);
    }

    /// <summary>The size of as few equal parts as possible of at most <paramref name="most"/>.</summary>
    public static int Even(int count, int most) => DivideUp(count, DivideUp(count, most));

    public static int DivideUp(int count, int size) => (count + size - 1) / size;
}
