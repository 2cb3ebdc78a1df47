using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;
using ILGPU.Runtime.OpenCL;

namespace PatchMoE.Ilgpu;

/// <summary>An open device. Dispose it after the engines that use it.</summary>
public sealed class IlgpuDevice : IDisposable
{
    private readonly Context _context;

    internal IlgpuDevice(IlgpuDeviceInfo info, Context context, Accelerator accelerator) =>
        (Info, _context, Accelerator) = (info, context, accelerator);

    /// <summary>A description of the device.</summary>
    public IlgpuDeviceInfo Info { get; }

    /// <summary>ILGPU's object for it.</summary>
    public Accelerator Accelerator { get; }

    /// <summary>The bytes of memory that are free, if the driver reports them; otherwise the total.</summary>
    internal long FreeMemory => Accelerator is CudaAccelerator cuda ? cuda.GetFreeMemory() : Info.Memory;

    /// <summary>Whether <see cref="FreeMemory"/> accounts for what is in use.</summary>
    internal bool TellsFreeMemory => Accelerator is CudaAccelerator;

    /// <summary>The largest allocation in bytes.</summary>
    internal long LargestAllocation => Accelerator is CLAccelerator openCl
        ? openCl.Device.GetDeviceInfo<long>(CLDeviceInfoType.CL_DEVICE_MAX_MEM_ALLOC_SIZE)
        : long.MaxValue;

    /// <inheritdoc/>
    public void Dispose()
    {
        Accelerator.Dispose();
        _context.Dispose();
    }
}
