using ILGPU;

namespace PatchMoE.Ilgpu;

/// <summary>How an engine uses a device.</summary>
public sealed record IlgpuOptions
{
    /// <summary>How far ILGPU optimises kernels, where the engine opens the device.</summary>
    public OptimizationLevel Optimization { get; init; } = OptimizationLevel.O2;

    /// <summary>The most bytes of device memory to use; null for all that are free.</summary>
    public long? MemoryLimit { get; init; }
}
