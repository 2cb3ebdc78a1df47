using ILGPU;
using ILGPU.Runtime;

namespace PatchMoE.Ilgpu.Tests;

/// <summary>Devices that tests share: opening one takes a second.</summary>
[SetUpFixture]
public class TestDevices
{
    /// <summary>The most threads that an emitted kernel has in a group.</summary>
    private const int GroupThreads = 256;

    /// <summary>
    /// As the product has it, and that the compiler shall not optimise: that takes longer than the rest of compiling, and what is tested is the code that the compiler is given. The benchmark's dry run has the
    /// product's own flags.
    /// </summary>
    private const string PoclFlags = $"{NativeLibraries.PoclFlags} -cl-opt-disable";

    private static readonly Dictionary<(string Name, OptimizationLevel Level), IlgpuDevice> s_open = [];

    /// <summary>ILGPU's CPU accelerator, on every machine. It runs a kernel's C# as the C# compiler left it, so that there is one for all optimization levels.</summary>
    internal static IlgpuDevice Cpu() => Open("cpu", OptimizationLevel.O2);

    /// <summary>The first OpenCL device; a test that needs one is ignored if there is none.</summary>
    internal static IlgpuDevice OpenCl(OptimizationLevel level = OptimizationLevel.O2)
    {
        if (!IlgpuDevices.List().Any(device => device.Name == "opencl:0"))
        {
            Assert.Ignore("No OpenCL device on this machine; Debian's pocl-opencl-icd and ocl-icd-libopencl1 bring one that computes on the processor.");
        }

        return Open("opencl:0", level);
    }

    [OneTimeSetUp]
    public void TellPocl()
    {
        if (OperatingSystem.IsLinux())
        {
            NativeLibraries.TellPocl(PoclFlags);
        }
    }

    /// <summary>A kernel.</summary>
    public static void Nothing(int unused)
    {
    }

    [OneTimeTearDown]
    public void CloseAll()
    {
        foreach (IlgpuDevice device in s_open.Values)
        {
            device.Dispose();
        }

        s_open.Clear();
    }

    private static IlgpuDevice Open(string name, OptimizationLevel level)
    {
        if (!s_open.TryGetValue((name, level), out IlgpuDevice? device))
        {
            s_open[(name, level)] = device = IlgpuDevices.Open(name, level);
            if (name == "cpu")
            {
                OneProcessor.Run(() => StartThreads(device));
            }
        }

        return device;
    }

    /// <summary>Its threads are started by the first launch of a group that needs them, and stay.</summary>
    private static bool StartThreads(IlgpuDevice device)
    {
        device.Accelerator.LoadStreamKernel<int>(Nothing)(new KernelConfig(1, GroupThreads), 0);
        device.Accelerator.Synchronize();
        return true;
    }
}
