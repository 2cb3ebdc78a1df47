namespace PatchMoE.Gen.Planning.Ilgpu;

/// <summary>
/// How a group sums a gradient of weight rows: outer products Σ δ_r · x over the patches x that an expert took in a chunk of samples. A thread holds
/// <see cref="Rows"/> × <see cref="Vectors"/> vectors of the gradient in registers; places and δ of <see cref="Window"/> patches at a time are in shared memory.
/// </summary>
/// <param name="Rows">Weight rows of a thread.</param>
/// <param name="RowTiles">Tiles over all weight rows.</param>
/// <param name="RowTilesAtOnce">Of these in a group.</param>
/// <param name="Vectors">Vectors along d of a thread, <see cref="ColumnThreads"/> apart.</param>
/// <param name="ColumnThreads">Threads along d.</param>
/// <param name="ColumnBlocks">Groups along d.</param>
internal sealed record GradientTiling(int Rows, int RowTiles, int RowTilesAtOnce, int Vectors, int ColumnThreads, int ColumnBlocks)
{
    /// <summary>Patches between two barriers.</summary>
    public const int Window = 32;

    /// <summary>Patches whose loads are under way at once: one alone would leave the sums waiting for memory.</summary>
    public const int Unrolled = 4;

    /// <summary>δ is read from shared memory in vectors of 128 bits.</summary>
    public const int DeltaVector = 4;

    private const int MaxThreads = 256;
    private const int MaxColumnThreads = 128;
    private const int MaxRows = 8;

    /// <summary>33 KiB of shared memory for a window's δ.</summary>
    private const int MaxDeltas = 256;

    public int Threads => ColumnThreads * RowTilesAtOnce;

    public int RowBlocks => Divide.Up(RowTiles, RowTilesAtOnce);
    public int RowsAtOnce => RowTilesAtOnce * Rows;

    /// <summary>Floats of shared memory for a thread's δ of one patch: whole vectors.</summary>
    public int PaddedRows => Pad(Rows);

    public int DeltaStride => RowTilesAtOnce * PaddedRows;

    /// <summary>Bytes of shared memory: places and δ.</summary>
    public int SharedBytes => Window * (8 + (4 * DeltaStride));

    public int Blocks => RowBlocks * ColumnBlocks;

    /// <summary>Vectors along d that all blocks' threads have room for.</summary>
    public int VectorsCovered => ColumnBlocks * ColumnThreads * Vectors;

    public static GradientTiling Of(int rows, PatchLayout x)
    {
        int r = Divide.Evenly(rows, MaxRows);
        int vectors = Math.Min(x.Vector == 4 ? 2 : 4, x.Vectors);
        int spans = Divide.Up(x.Vectors, vectors);
        int columnThreads = Divide.Evenly(spans, MaxColumnThreads);
        int rowTiles = Divide.Up(rows, r);
        int maxTiles = Math.Min(MaxThreads / columnThreads, MaxDeltas / Pad(r));
        return new GradientTiling(r, rowTiles, Divide.Evenly(rowTiles, maxTiles), vectors, columnThreads, Divide.Up(spans, columnThreads));
    }

    private static int Pad(int rows) => Divide.Up(rows, DeltaVector) * DeltaVector;
}
