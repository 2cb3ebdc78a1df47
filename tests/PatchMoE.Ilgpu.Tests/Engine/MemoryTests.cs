namespace PatchMoE.Ilgpu.Tests.Engine;

/// <summary>A device with less memory than a run wants: data are streamed, and what cannot run is reported before it is tried.</summary>
public class MemoryTests
{
    /// <summary>Enough for small batches, not for a thousand samples of 176 bytes.</summary>
    private const long Limit = 150_000;

    [Test]
    public void StreamedData_GiveTheBitsOfResidentData([Values] bool ragged)
    {
        Dataset data = Networks.Data(Networks.Small, 1000, ragged);
        (float[] resident, double[] residentLosses) = Train(data, limit: null, keepsData: true);
        (float[] streamed, double[] streamedLosses) = Train(data, limit: Limit, keepsData: false);
        Assert.That(streamed, Is.EqualTo(resident));
        Assert.That(streamedLosses, Is.EqualTo(residentLosses));
    }

    [Test]
    public void ABatchThatDoesNotFit_IsRefused_AndASmallerOneStillRuns()
    {
        Dataset data = Networks.Data(Networks.Small, 2000);
        using var engine = new IlgpuEngine(Networks.Compile(Networks.Small), TestDevices.Cpu(), new IlgpuOptions { MemoryLimit = Limit });
        Assert.That(
            () => engine.Forward(data.Inputs, new float[6000]),
            Throws.TypeOf<BadInputException>().With.Message.Match(
                "^--device cpu .*a forward pass over 2000 samples of small needs [0-9.]+ MiB of device memory besides the [0-9.]+ .+ in use, but only [0-9.]+ KiB are free. Use a smaller batch"));
        var logits = new float[6];
        engine.Forward(data.InputsOf(0, 2), logits);
        Assert.That(logits, Has.None.NaN);
    }

    [Test]
    public void WeightsThatDoNotFit_AreRefused() => Assert.That(
        () => new IlgpuEngine(Networks.Compile(Networks.Small), TestDevices.Cpu(), new IlgpuOptions { MemoryLimit = 100 }),
        Throws.TypeOf<BadInputException>().With.Message.Contains("small with its gradients needs"));

    private static (float[] Weights, double[] Losses) Train(Dataset data, long? limit, bool keepsData)
    {
        using var engine = new IlgpuEngine(Networks.Compile(Networks.Small), TestDevices.Cpu(), new IlgpuOptions { MemoryLimit = limit });
        engine.SetParameters(Networks.Weights(Networks.Small));
        double[] losses = Networks.Train(engine, data, Networks.Optimizer(Networks.Small, OptimizerKind.Momentum), steps: 6);
        Assert.That(engine.KeepsData, Is.EqualTo(keepsData));
        return (Networks.ParametersOf(engine), losses);
    }
}
