namespace PatchMoE.Gen.Planning.Ilgpu;

/// <summary>
/// How a group adds up a gradient of weight rows: Σ δ_r · x over the rows x that an expert took in a chunk of samples. A thread holds
/// <see cref="Rows"/> × <see cref="Vectors"/> vectors of the gradient in registers; places and δ of <see cref="Window"/> rows at a time are in shared memory.
/// </summary>
/// <param name="Rows">Weight rows of a thread.</param>
/// <param name="RowTiles">Tiles over all weight rows.</param>
/// <param name="RowTilesAtOnce">Of these in a group.</param>
/// <param name="Vectors">Vectors along d of a thread, <see cref="ColumnThreads"/> apart.</param>
/// <param name="ColumnThreads">Threads along d.</param>
/// <param name="ColumnBlocks">Groups along d.</param>
internal sealed record OuterTiling(int Rows, int RowTiles, int RowTilesAtOnce, int Vectors, int ColumnThreads, int ColumnBlocks)
{
    /// <summary>Rows x between two barriers.</summary>
    public const int Window = 32;

    /// <summary>Rows x whose loads are under way at once: one alone would leave the sums waiting for memory.</summary>
    public const int Unrolled = 4;

    private const int MostThreads = 256;
    private const int MostColumnThreads = 128;
    private const int MostRows = 8;

    /// <summary>33 KiB of shared memory for a window's δ.</summary>
    private const int MostDeltas = 256;

    public int Threads => ColumnThreads * RowTilesAtOnce;

    public int RowBlocks => DotTiling.DivideUp(RowTiles, RowTilesAtOnce);

    /// <summary>Weight rows of a group.</summary>
    public int RowsAtOnce => RowTilesAtOnce * Rows;

    /// <summary>Floats of shared memory for the δ of one row x; each thread's fill whole vectors of 128 bits.</summary>
    public int DeltaStep => RowTilesAtOnce * ((Rows + 3) / 4 * 4);

    /// <summary>Bytes of shared memory: places and δ.</summary>
    public int SharedBytes => Window * (8 + (4 * DeltaStep));

    /// <summary>Groups for one chunk of one expert.</summary>
    public int Blocks => RowBlocks * ColumnBlocks;

    /// <summary>Chooses by the weight rows and the vectors of d.</summary>
    public static OuterTiling Of(int rows, DeviceRows x)
    {
        int r = DotTiling.Even(rows, MostRows);
        int vectors = Math.Min(x.Vector == 4 ? 2 : 4, x.Columns);
        int spans = DotTiling.DivideUp(x.Columns, vectors);
        int columnThreads = DotTiling.Even(spans, MostColumnThreads);
        int rowTiles = DotTiling.DivideUp(rows, r);
        int mostTiles = Math.Min(MostThreads / columnThreads, MostDeltas / ((r + 3) / 4 * 4));
        int rowTilesAtOnce = DotTiling.Even(rowTiles, mostTiles);
        return new OuterTiling(r, rowTiles, rowTilesAtOnce, vectors, columnThreads, DotTiling.DivideUp(spans, columnThreads));
    }
}
