using PatchMoE.GpuBench.Launches;

namespace PatchMoE.Ilgpu.Tests.Engine;

/// <summary>How many kernels and copies a pass takes: of small networks, launches take most of the time on a GPU.</summary>
public class LaunchTests
{
    [Test]
    public void AForwardPass_QueuesOneKernelAPart() => Assert.That(
        ShapeLaunches.Of(Networks.Small, batch: 3).Forward.Select(queued => queued.Name),
        Is.EqualTo(new[] { "copy to the device", "Layer0.Route", "Layer0.ExpertsForward", "Head.Logits", "copy from the device" }));

    [Test]
    public void AnUpdate_QueuesAsFewAsThese([Values] OptimizerKind kind) => Assert.That(
        ShapeLaunches.Of(Networks.Small, batch: 3, kind).Step.Select(queued => queued.Name),
        Is.EqualTo(new[]
        {
            "Layer0.Route", "Layer0.ExpertsForward", "Head.Logits", "Head.Loss", "Head.WeightGradient", "Head.BiasGradient", "Layer0.PoolBackward", "Layer0.WeightGradient", "Layer0.BiasGradient",
            "Common.Sum", "TrainingKernels.FindNotFinite", $"TrainingKernels.{(kind == OptimizerKind.AdamW ? OptimizerKind.Adam : kind)}",
            "copy to the device", "TrainingKernels.Gather", "copy from the device",
        }));

    [Test]
    public void AfterATrace_KernelsAreLaunchedAsEver()
    {
        ShapeLaunches before = ShapeLaunches.Of(Networks.Small, batch: 3);
        using var engine = new IlgpuEngine(Networks.Compile(Networks.Small), TestDevices.Cpu());
        engine.SetParameters(Networks.Weights(Networks.Small));
        var logits = new float[3 * 3];
        engine.Forward(Networks.Data(Networks.Small, 3).InputsOf(0, 3), logits);
        Assert.That(before.Forward, Is.Not.Empty);
        Assert.That(logits, Has.None.Zero);
    }
}
