namespace PatchMoE.Gen.Planning;

/// <summary>How the chosen patches of a window pass over weights that the caches cannot hold.</summary>
/// <param name="Block">Values of d at a time.</param>
/// <param name="Rows">Patches that pass over a block of weights.</param>
/// <param name="ListFloats">A worker's scratch for the list of an expert's patches, in floats.</param>
/// <param name="WorkerFloats">All of a worker's scratch: the list, and the products of <paramref name="Rows"/> patches.</param>
internal sealed record WindowPlan(int Block, int Rows, int ListFloats, int WorkerFloats)
{
    /// <summary>Samples of a window: each weight read from memory then serves that many samples.</summary>
    public const int Samples = 32;

    /// <summary>6 patches of so many values are half of a first cache of 48 kB.</summary>
    private const int LongestBlock = 1024;

    private const int MostRows = 96;

    /// <summary>For a layer whose experts see so many patches of a sample; a block lies within a stretch of so many values that follow each other.</summary>
    public static WindowPlan Of(int neurons, int stretch, int rowsPerSample)
    {
        int blocks = (stretch + LongestBlock - 1) / LongestBlock;
        int block = Slots.Align((stretch + blocks - 1) / blocks);
        int listed = Samples * rowsPerSample;
        int rows = Math.Min(MostRows, listed);

        // Two 64-bit offsets a patch.
        int list = Slots.Align(4 * listed);
        return new WindowPlan(block, rows, list, list + Slots.Align(rows * neurons));
    }
}
