using ILGPU;
using PatchMoE.Ilgpu.Tests.Engine;
using PatchMoE.Tests;

namespace PatchMoE.Ilgpu.Tests.Parity;

/// <summary>The emitted kernels against answers computed by PyTorch.</summary>
public class GoldenDeviceTests
{
    private static IEnumerable<string> Cases => GoldenCase.Names.Where(name => DeviceKernels.Missing(new GoldenCase(name).Spec.Model) is null);

    private static IEnumerable<string> Refused => GoldenCase.Names.Except(Cases);

    [Test]
    public void CpuAccelerator_AgreesWithPyTorch(
        [ValueSource(nameof(Cases))] string name, [Values(OptimizationLevel.O0, OptimizationLevel.O2)] OptimizationLevel level) => Check(name, TestDevices.Cpu(level));

    [TestCaseSource(nameof(Cases))]
    public void OpenCl_AgreesWithPyTorch(string name) => Check(name, TestDevices.OpenCl());

    /// <summary>Their project compiles with a reference to PatchMoE.Ilgpu; the engine says what has no kernels, and what to use instead.</summary>
    [TestCaseSource(nameof(Refused))]
    public void NetworksWithoutKernels_AreRefused(string name)
    {
        IPatchMoEModel model = Networks.Compile(new GoldenCase(name).Spec);
        string layer = name is "stack-flat" or "stack-convolution" ? "the output 'map'" : "the routing 'tokenChoice'";
        Assert.That(() => new IlgpuEngine(model, TestDevices.Cpu()), Throws.TypeOf<BadInputException>().With.Message.EqualTo(
            $"model.layers[0]: the ILGPU backend has no kernels for {layer}. Use the backend cpu, or torch, which computes it on CUDA devices, too."));
    }

    private static void Check(string name, IlgpuDevice device)
    {
        var golden = new GoldenCase(name);
        using var engine = new IlgpuEngine(Networks.Compile(golden.Spec), device);
        EngineParity.Check(engine, new Answers(
            golden.Parameters(),
            golden.Input.Values<float>(),
            golden.Labels,
            Lengths: null,
            golden.Loss,
            Doubles(golden.Logits),
            golden.Gradients.ToDictionary(pair => pair.Key, pair => Doubles(pair.Value)),
            golden.Routes));
    }

    private static double[] Doubles(float[] values) => Array.ConvertAll(values, value => (double)value);
}
