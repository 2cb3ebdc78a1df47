using ILGPU;
using PatchMoE.Ilgpu.Tests.Engine;
using PatchMoE.Tests;

namespace PatchMoE.Ilgpu.Tests.Parity;

/// <summary>The emitted kernels against answers computed by PyTorch.</summary>
public class GoldenDeviceTests
{
    private static IEnumerable<string> Cases => GoldenCase.Names;

    [Test]
    public void CpuAccelerator_AgreesWithPyTorch(
        [ValueSource(nameof(Cases))] string name, [Values(OptimizationLevel.O0, OptimizationLevel.O2)] OptimizationLevel level) => Check(name, TestDevices.Cpu(level));

    [TestCaseSource(nameof(Cases))]
    public void OpenCl_AgreesWithPyTorch(string name) => Check(name, TestDevices.OpenCl());

    private static void Check(string name, IlgpuDevice device)
    {
        var golden = new GoldenCase(name);
        using var engine = new IlgpuEngine(Networks.Compile(golden.Spec), device);
        EngineParity.Check(engine, Answers.Of(golden));
    }
}
