using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;
using ILGPU.Runtime.Cuda;
using ILGPU.Runtime.OpenCL;

namespace PatchMoE.Ilgpu;

/// <summary>The devices of this machine: CUDA first, then OpenCL, then ILGPU's own CPU accelerator, which is slow but always available.</summary>
public static class IlgpuDevices
{
    private const string CpuName = "cpu";

    /// <summary>All devices, in order of preference.</summary>
    public static IReadOnlyList<IlgpuDeviceInfo> List() => [.. Find().Select(device => device.Info)];

    /// <summary>Opens a device.</summary>
    /// <param name="name">A name of <see cref="List"/>; null for the first GPU that works.</param>
    /// <param name="optimization">How far ILGPU optimises kernels.</param>
    /// <exception cref="BadInputException">There is no such device, or it does not work; the message says why and what to do.</exception>
    public static IlgpuDevice Open(string? name = null, OptimizationLevel optimization = OptimizationLevel.O2)
    {
        IReadOnlyList<FoundDevice> devices = Find();
        if (name is not null)
        {
            FoundDevice named = devices.FirstOrDefault(device => device.Info.Name == name) ?? throw new BadInputException(
                $"--device {name}: there is no such device. The devices are {string.Join(", ", devices.Select(device => device.Info.Name))}.");
            return Open(named, optimization);
        }

        BadInputException? failure = null;
        foreach (FoundDevice device in devices.Where(device => !device.Info.ByNameOnly))
        {
            try
            {
                return Open(device, optimization);
            }
            catch (BadInputException problem)
            {
                // The next may work.
                failure ??= problem;
            }
        }

        string advice = $"ILGPU's CPU accelerator is slow and used only by name: --device {CpuName}. To train on the processor, use the backend cpu.";
        throw failure is null ? new BadInputException($"--backend ilgpu: there is no GPU here that CUDA or OpenCL can use. {advice}")
            : new BadInputException($"--backend ilgpu: no GPU here works. {failure.Message} {advice}", failure);
    }

    private static IlgpuDevice Open(FoundDevice found, OptimizationLevel optimization)
    {
        Context? context = null;
        try
        {
            context = Context.Create(builder => found.Register(builder.EnableAlgorithms().Optimize(optimization)));
            Device device = context.Devices.Single();
            if (device is CLDevice openCl)
            {
                GenericAddressSpace.Claim(openCl);
            }

            return new IlgpuDevice(found.Info, context, device.CreateAccelerator(context));
        }
        catch (Exception failure) when (DeviceFailure.IsOne(failure))
        {
            context?.Dispose();
            throw DeviceFailure.Wrap(found.Info, "opening the device", failure);
        }
    }

    private static IReadOnlyList<FoundDevice> Find()
    {
        NativeLibraries.EnsurePrepared();
        return
        [
            .. CudaDevice.GetDevices(_ => true).Cast<CudaDevice>().Select(OfCuda),
            .. CLDevice.GetDevices(_ => true).Cast<CLDevice>().Select(OfOpenCl),
            OfCpu(),
        ];
    }

    private static FoundDevice OfCuda(CudaDevice device, int index) => new(
        new IlgpuDeviceInfo($"cuda:{index}", device.Name, device.MemorySize, $"CUDA {device.DriverVersion}", ByNameOnly: false),
        builder => builder.Cuda(other => other.DeviceId == device.DeviceId));

    private static FoundDevice OfOpenCl(CLDevice device, int index)
    {
        string driver = CLAPI.CurrentAPI.GetDeviceInfo(device.DeviceId, CLDeviceInfoType.CL_DRIVER_VERSION);
        bool isProcessor = device.DeviceType.HasFlag(CLDeviceType.CL_DEVICE_TYPE_CPU);
        return new FoundDevice(
            new IlgpuDeviceInfo($"opencl:{index}", device.Name.Trim(), device.MemorySize, $"{device.PlatformName} {driver}", isProcessor),
            builder => builder.OpenCL(other => other.DeviceId == device.DeviceId));
    }

    private static FoundDevice OfCpu() => new(
        new IlgpuDeviceInfo(CpuName, "ILGPU's CPU accelerator (slow)", GC.GetGCMemoryInfo().TotalAvailableMemoryBytes, $"ILGPU {Context.Version}", ByNameOnly: true),
        builder => builder.CPU(CPUDeviceKind.Nvidia)); // the kind that allows groups of 1024 threads, as GPUs do

    private sealed record FoundDevice(IlgpuDeviceInfo Info, Action<Context.Builder> Register);
}
