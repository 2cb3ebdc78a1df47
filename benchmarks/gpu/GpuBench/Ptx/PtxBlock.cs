namespace PatchMoE.GpuBench.Ptx;

/// <summary>Instructions that are executed one after another.</summary>
/// <param name="Instructions">The instructions; only the last jumps.</param>
/// <param name="Next">The blocks that may follow, by their places in the kernel.</param>
internal sealed record PtxBlock(IReadOnlyList<PtxInstruction> Instructions, IReadOnlyList<int> Next);
