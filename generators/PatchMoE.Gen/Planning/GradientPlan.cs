namespace PatchMoE.Gen.Planning;

/// <summary>How the gradient of weight rows is summed: which rows and columns a register tile holds, and over how many patches at a time.</summary>
/// <param name="Tiles">Weight rows per register tile; with <paramref name="HasRouter"/> the last row of the last tile is the router's.</param>
/// <param name="HasRouter">Whether the router's row, a sum over the same patches, passes with the neurons'.</param>
/// <param name="Reading">How the patches are read.</param>
/// <param name="BlocksFirst">Whether a block passes over all columns before the next one, since coefficients of more would not fit the L2 cache.</param>
/// <param name="ListRows">Patches that a window has for an expert at most.</param>
/// <param name="Pitch">Floats from one patch of the copy to the next.</param>
/// <param name="Stores">Whether the first window writes its sums instead of adding them to zeros.</param>
/// <param name="ColumnBlock">Columns are dealt out to the workers in blocks of this many; the last takes what is left as well, so that no vector has two owners.</param>
/// <param name="ColumnBlocks">The column blocks of a row.</param>
internal sealed record GradientPlan(
    EquatableArray<TileRun> Tiles, bool HasRouter, PatchReading Reading, bool BlocksFirst, int ListRows, int Pitch, bool Stores, int ColumnBlock, int ColumnBlocks)
{
    /// <summary>Columns of a block of short rows: 4 vectors of the widest machine.</summary>
    public const int NarrowBlock = 64;

    /// <summary>A tile reads no weights, so there is room for 6 rows × 4 vectors.</summary>
    private const int MostRows = 6;

    /// <summary>96 rows of 4 vectors, 24 kB, leave room for the coefficients in an L1 cache of 32 kB.</summary>
    public const int BlockRows = 96;

    /// <summary>Half of an L2 cache of 2 MB.</summary>
    private const long CoefficientBytes = 1L << 20;

    /// <summary>From so many tiles on, a copy costs less than reading scattered patches, whose rows compete for few sets of the L1 cache.</summary>
    private const int PackingTiles = 3;

    /// <summary>Rows of a page or more: each has a page of its own, and only a wider block of it is read as fast as memory allows.</summary>
    private const int LongRow = 1024;
    private const int WideBlock = 512;

    /// <summary>Windows of a map that get their gradient together: 6 × 4 sums, 4 weights and a coefficient fit 32 registers, 6 × 2 sums, 2 weights and a coefficient 16.</summary>
    public const int PatchesTogether = 6;

    /// <summary>The widest tiles hold so many vectors of a row: 6 × 4 sums, 4 vectors and a coefficient fit 32 registers, 6 × 2 sums, 2 vectors and a coefficient 16.</summary>
    public static ByWidth<int> MostVectors { get; } = new(4, 2);

    /// <summary>The vectors of a tile over rows of so many values: as many as fit, and, where that is possible, so that none is left over.</summary>
    /// <param name="length">Values of a row.</param>
    /// <param name="lanes">The lanes along which the layer sums.</param>
    /// <param name="most">Values of a tile at most.</param>
    public static ByWidth<int> EvenVectors(int length, int lanes, int most)
    {
        int narrow = Math.Min(lanes, Lanes.Max / 2);
        return new(Even(length / Lanes.Max, Math.Min(MostVectors.Wide, most / Lanes.Max)), Even(length / narrow, Math.Min(MostVectors.Narrow, most / narrow)));
    }

    private static int Even(int vectors, int most) =>
        Enumerable.Range(2, Math.Max(0, most - 1)).Where(some => vectors % some == 0 && vectors > 0).DefaultIfEmpty(Math.Max(1, Math.Min(vectors, most))).Max();

    /// <summary>Whether a row's blocks are parts of its pixel rows, each of as many vectors as a tile.</summary>
    public bool InPixelRows => Reading == PatchReading.PixelRows;

    /// <summary>
    /// Whether each row passes alone, over those patches only at which its neuron is active. A layer without a router shows every patch to every neuron, and once trained most of them stay at zero on most
    /// patches: products with a gradient of 0 add nothing.
    /// </summary>
    public bool SkipsInactive { get; init; }

    /// <summary>More rows than this, and the lists of their patches would leave the caches: 64 rows have 48 kB.</summary>
    private const int MostListedRows = 64;

    /// <summary>Of a row's list: how many patches follow; then of each where it begins in the copy, and the coefficient.</summary>
    public const int ActiveCount = 16;
    public const int ActiveStep = ActiveCount + (2 * BlockRows);

    /// <summary>Where, in a worker's scratch, the lists of active rows begin: behind the list of patches.</summary>
    public int ActiveAt => ListAt + Slots.Align(2 * EntryLength * ListRows);

    /// <summary>Whether a tile asks for the weights that it will change before it adds up their gradient: those of more than the caches hold come from memory, and a tile's are too few for the processor to see them coming.</summary>
    public bool Prefetches { get; init; }

    /// <summary>The vectors of a row in its widest tiles: those that it fills, or those of a block within a pixel row.</summary>
    /// <param name="dimension">The length of the row.</param>
    public ByWidth<int> VectorsFor(int dimension) => SkipsInactive
        ? new(ColumnBlock / Lanes.Max, 2 * ColumnBlock / Lanes.Max)
        : InPixelRows
        ? new(ColumnBlock / Lanes.Max, MostVectors.Narrow)
        : new(
            dimension >= MostVectors.Wide * Lanes.Max ? MostVectors.Wide : 1,
            dimension >= MostVectors.Narrow * Lanes.Max / 2 ? MostVectors.Narrow : 1);

    /// <summary>What the last block of columns has more than the others, in vectors, where each row passes alone.</summary>
    /// <param name="dimension">The length of the row.</param>
    public ByWidth<int> RestFor(int dimension)
    {
        int rest = dimension % ColumnBlock / Lanes.Max;
        return new(rest, 2 * rest);
    }

    /// <summary>Whether so many patches at a time pass that their columns stay in the L1 cache.</summary>
    public bool InBlocks => Reading != PatchReading.Listed;

    /// <summary>Whether the patches' columns are first copied side by side.</summary>
    public bool Packs => Reading == PatchReading.Copies;

    public int TileCount => Tiles.Sum(run => run.Tiles);

    /// <summary>Whether the list holds each patch's coefficients, so that they lie side by side for the one tile that passes over it from column to column. Where there are several tiles, each finds its own.</summary>
    public bool ListsCoefficients => TileCount == 1 && !SkipsInactive;

    /// <summary>Words of 64 bits that the list holds of a patch: where it begins; then its coefficients, two to a word, or where they begin, and where the router's does.</summary>
    public int EntryLength => ListsCoefficients ? 1 + ((Tiles[0].Size + 1) / 2) : HasRouter ? 3 : 2;

    /// <summary>Where, in a worker's scratch, the list begins: behind the copy of patches.</summary>
    public int ListAt => Packs ? Slots.Align(BlockRows * Pitch) : 0;

    /// <summary>A worker's scratch.</summary>
    public int WorkerFloats => ActiveAt + (SkipsInactive ? ActiveStep * TileCount : 0);

    /// <summary>The same for neurons that see every patch: each row is a tile of its own, if that is a way to pass over its active patches only.</summary>
    public GradientPlan Skipping(int neurons) => Packs && !HasRouter && ColumnBlock == NarrowBlock && neurons <= MostListedRows
        ? this with { Tiles = Split.Evenly(neurons, 1), SkipsInactive = true, BlocksFirst = true }
        : this;

    /// <summary>For neurons and, with them, the router.</summary>
    public static GradientPlan ForExpert(int neurons, bool hasRouter, int dimension, int rowsPerSample, PatchAccess access) =>
        Of(Split.Evenly(neurons + (hasRouter ? 1 : 0), MostRows), hasRouter, dimension, rowsPerSample, access, stores: dimension % 16 == 0);

    /// <summary>For rows whose coefficients lie elsewhere: routers by themselves, and the head.</summary>
    public static GradientPlan ForRows(EquatableArray<TileRun> tiles, int dimension, int rowsPerSample, PatchAccess? access) =>
        Of(tiles, hasRouter: false, dimension, rowsPerSample, access, stores: false);

    private static GradientPlan Of(EquatableArray<TileRun> tiles, bool hasRouter, int dimension, int rowsPerSample, PatchAccess? access, bool stores)
    {
        int count = tiles.Sum(run => run.Tiles);
        bool shared = rowsPerSample > 1 && count >= (dimension >= LongRow ? 2 : PackingTiles);
        int part = access is { InMap: true, ExpertImage: { } windows } ? PartOfPixelRow(windows.Length) : 0;
        int columns = part > 0 ? part : dimension >= LongRow ? WideBlock : NarrowBlock;
        int columnBlocks = Math.Max(1, dimension / columns);
        PatchReading reading = part > 0 ? PatchReading.PixelRows
            : access?.ExpertImage is not null ? PatchReading.Copies
            : !shared ? PatchReading.Listed
            : columnBlocks == 1 ? PatchReading.Blocks
            : PatchReading.Copies;
        int pitch = PitchOf(dimension - ((columnBlocks - 1) * columns));
        bool blocksFirst = reading != PatchReading.Listed && 4L * Slots.LargestWindow * rowsPerSample * tiles[tiles.Count - 1].End > CoefficientBytes;
        return new GradientPlan(tiles, hasRouter, reading, blocksFirst, Slots.LargestWindow * rowsPerSample, pitch, stores, columns, columnBlocks);
    }

    /// <summary>The widest block of columns, 4 vectors of 16 at most, into equal ones of which a pixel row falls; 0 where it is a single vector of many, or the row is no multiple of vectors.</summary>
    private static int PartOfPixelRow(int length)
    {
        int vectors = length % Lanes.Max == 0 ? length / Lanes.Max : 0;
        int part = Enumerable.Range(1, MostVectors.Wide).LastOrDefault(some => vectors % some == 0 && vectors > 0);
        return part > 1 || vectors == 1 ? part * Lanes.Max : 0;
    }

    /// <summary>Room for so many columns. An odd number of cache lines spreads the rows' columns over all sets of the L1 cache.</summary>
    private static int PitchOf(int columns)
    {
        int pitch = Slots.Align(columns);
        return pitch > NarrowBlock && pitch % 32 == 0 ? pitch + 16 : pitch;
    }
}
