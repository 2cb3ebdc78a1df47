using ILGPU;

namespace PatchMoE.Ilgpu.Tests;

/// <summary>Devices that tests share: opening one takes a second.</summary>
[SetUpFixture]
public class TestDevices
{
    private static readonly Dictionary<(string Name, OptimizationLevel Level), IlgpuDevice> s_open = [];

    /// <summary>ILGPU's CPU accelerator, on every machine.</summary>
    internal static IlgpuDevice Cpu(OptimizationLevel level = OptimizationLevel.O2) => Open("cpu", level);

    /// <summary>The first OpenCL device; a test that needs one is ignored if there is none.</summary>
    internal static IlgpuDevice OpenCl()
    {
        if (!IlgpuDevices.List().Any(device => device.Name == "opencl:0"))
        {
            Assert.Ignore("No OpenCL device on this machine; Debian's pocl-opencl-icd and ocl-icd-libopencl1 bring one that computes on the processor.");
        }

        return Open("opencl:0", OptimizationLevel.O2);
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
        }

        return device;
    }
}
