using ILGPU;
using PatchMoE.Ilgpu.Tests.Engine;
using PatchMoE.Reference;
using PatchMoE.Tests.Parity;

namespace PatchMoE.Ilgpu.Tests.Parity;

/// <summary>The emitted kernels against the reference on random networks; the test's number is the seed that makes its network and batch.</summary>
public class RandomDeviceTests
{
    [Test]
    public void CpuAccelerator_AgreesWithReference([Range(1, 50)] int seed, [Values(OptimizationLevel.O0, OptimizationLevel.O2)] OptimizationLevel level) =>
        Check(seed, TestDevices.Cpu(level));

    [Test]
    public void OpenCl_AgreesWithReference([Range(1, 50)] int seed) => Check(seed, TestDevices.OpenCl());

    private static void Check(int seed, IlgpuDevice device)
    {
        PatchMoESpec spec = new RandomSpecs(seed).Draw();
        TestContext.Out.WriteLine(SpecWriter.ModelToJson(spec));
        (RandomBatch batch, ReferenceResult expected) = RandomBatch.Draw(spec.Model, seed);
        using var engine = new IlgpuEngine(Networks.Compile(spec), device);
        EngineParity.Check(
            engine, new Answers(batch.Parameters, batch.Input, batch.Labels, batch.Lengths, expected.Loss!.Value, expected.Logits, expected.Gradients, expected.Routes));
    }
}
