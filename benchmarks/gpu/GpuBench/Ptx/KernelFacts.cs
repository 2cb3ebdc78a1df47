namespace PatchMoE.GpuBench.Ptx;

/// <summary>What the PTX of a kernel says.</summary>
/// <param name="Registers">The estimate of a thread's registers.</param>
/// <param name="SharedBytes">Of a group.</param>
/// <param name="UsesLocalMemory">Whether a thread's values are in memory.</param>
/// <param name="Loads">Instructions that read global memory, by the values of each.</param>
/// <param name="Stores">Instructions that write it.</param>
/// <param name="Loop">The loop with the most arithmetic; null without.</param>
internal sealed record KernelFacts(int Registers, int SharedBytes, bool UsesLocalMemory, IReadOnlyDictionary<int, int> Loads, IReadOnlyDictionary<int, int> Stores, LoopWork? Loop)
{
    public static KernelFacts Of(string ptx)
    {
        PtxKernel kernel = PtxKernel.Parse(ptx);
        IReadOnlyDictionary<int, int> Widths(string kind) => kernel.Instructions
            .Where(instruction => instruction.Accesses(kind, "global"))
            .GroupBy(instruction => instruction.Width)
            .OrderByDescending(group => group.Key)
            .ToDictionary(group => group.Key, group => group.Count());
        return new KernelFacts(Liveness.Registers(kernel), kernel.SharedBytes, kernel.UsesLocalMemory, Widths("ld"), Widths("st"), Loops.Hottest(kernel));
    }
}
