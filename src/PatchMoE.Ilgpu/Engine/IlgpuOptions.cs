using ILGPU;

namespace PatchMoE.Ilgpu;

/// <summary>How an engine uses a device.</summary>
public sealed record IlgpuOptions
{
    /// <summary>ILGPU's optimization level for kernels, if the engine opens the device.</summary>
    public OptimizationLevel Optimization { get; init; } = OptimizationLevel.O2;

    /// <summary>The maximum number of bytes of device memory to use; null for all that are free.</summary>
    public long? MemoryLimit { get; init; }
}
