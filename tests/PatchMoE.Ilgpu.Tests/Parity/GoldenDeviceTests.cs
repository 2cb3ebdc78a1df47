using ILGPU;
using PatchMoE.Ilgpu.Tests.Engine;
using PatchMoE.Tests;

namespace PatchMoE.Ilgpu.Tests.Parity;

/// <summary>The emitted kernels against answers computed by PyTorch.</summary>
public class GoldenDeviceTests
{
    private static IEnumerable<string> Cases => GoldenCase.Names;

    [TestCaseSource(nameof(Cases))]
    public void CpuAccelerator_AgreesWithPyTorch(string name) => Check(name, TestDevices.Cpu());

    [TestCaseSource(nameof(Cases))]
    public void OpenCl_AgreesWithPyTorch(string name) => Check(name, TestDevices.OpenCl());

    /// <summary>OpenCL C as ILGPU writes it without optimizing.</summary>
    [Test]
    public void OpenCl_AgreesWithPyTorch_WithoutOptimization() => Check("sample-moe", TestDevices.OpenCl(OptimizationLevel.O0));

    private static void Check(string name, IlgpuDevice device)
    {
        var golden = new GoldenCase(name);
        using var engine = new IlgpuEngine(Networks.Compile(golden.Spec), device);
        EngineParity.Check(engine, Answers.Of(golden));
    }
}
