namespace PatchMoE.GpuBench.Ptx;

/// <summary>
/// What a multiprocessor has, by NVIDIA's CUDA C++ Programming Guide ("Technical Specifications per Compute Capability") and the tuning guides of Ampere and Hopper.
/// </summary>
/// <param name="Name">The cards.</param>
/// <param name="SharedBytes">Shared memory of a multiprocessor.</param>
internal sealed record Chip(string Name, int SharedBytes)
{
    private const int Registers = 1 << 16;
    private const int MostThreads = 2048;
    private const int MostGroups = 32;
    private const int WarpThreads = 32;

    /// <summary>Registers are given to a thread by eights.</summary>
    private const int RegisterUnit = 8;

    /// <summary>The system takes this of each group's shared memory.</summary>
    private const int ReservedBytes = 1 << 10;

    /// <summary>Compute capability 8.0.</summary>
    public static Chip A100 { get; } = new("A100", 164 << 10);

    /// <summary>Compute capability 9.0: H100 and H200.</summary>
    public static Chip H100 { get; } = new("H100, H200", 228 << 10);

    /// <summary>The share of a multiprocessor's warps that can be there at once.</summary>
    /// <param name="registers">Of a thread.</param>
    /// <param name="sharedBytes">Of a group.</param>
    /// <param name="threads">Of a group.</param>
    public double Occupancy(int registers, int sharedBytes, int threads)
    {
        int warps = (threads + WarpThreads - 1) / WarpThreads;
        int given = Math.Max(1, (registers + RegisterUnit - 1) / RegisterUnit) * RegisterUnit;
        int byRegisters = Registers / (given * WarpThreads) / warps;
        int byShared = SharedBytes / (sharedBytes + ReservedBytes);
        int byThreads = MostThreads / WarpThreads / warps;
        return (double)Math.Min(Math.Min(byRegisters, byShared), Math.Min(byThreads, MostGroups)) * warps * WarpThreads / MostThreads;
    }
}
