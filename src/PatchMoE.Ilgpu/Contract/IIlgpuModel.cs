using System.ComponentModel;
using ILGPU.Runtime;

namespace PatchMoE.Ilgpu;

/// <summary>What the generator adds to a model's class if its project references PatchMoE.Ilgpu: the network's kernels for a GPU.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public interface IIlgpuModel
{
    /// <summary>The number of scratch floats on the device that a pass over a batch needs.</summary>
    /// <param name="batch">B ≥ 1.</param>
    long ScratchFloats(int batch);

    /// <summary>The number of scratch integers on the device that a pass over a batch needs.</summary>
    /// <param name="batch">B ≥ 1.</param>
    long ScratchIntegers(int batch);

    /// <summary>Compiles the kernels for a device.</summary>
    /// <param name="accelerator">The device; the caller owns and disposes it.</param>
    IIlgpuPasses Load(Accelerator accelerator);
}
