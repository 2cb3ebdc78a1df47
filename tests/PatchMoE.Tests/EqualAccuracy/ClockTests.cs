using PatchMoE.Cli.EqualAccuracy;
using PatchMoE.Cli.Reproductions;

namespace PatchMoE.Tests.EqualAccuracy;

/// <summary>What the clocks run; how long it takes is no business of a test.</summary>
[Category("Long")]
public sealed class ClockTests
{
    [Test]
    public void ATimedTraining_IsTheTraining()
    {
        PatchMoESpec spec = EmbeddedSpecs.Read("mnist-separate");
        spec = spec with
        {
            Training = spec.Training! with { Seed = 4, Epochs = 2, RouterEpochs = 3 },
            Data = (MosaicDataSpec)spec.Data! with { Train = 40, Test = 10 },
        };
        string data = DataFolder.Require("mnist", null);
        (Dataset train, Dataset test) = DataLoader.Load(spec, data, 4, data);
        var clock = new TrainingClock(spec, train, test.First(2));
        Assert.That(() => clock.Seconds, Throws.InvalidOperationException);
        clock.Repeat(CancellationToken.None);
        float[] first = clock.Model.Parameters.ToArray();
        clock.Repeat(CancellationToken.None);
        Assert.That(clock.Model.Parameters.ToArray(), Is.EqualTo(first), "every repeat starts from the initial weights");
        Assert.That(clock.Seconds, Is.Positive);

        var weights = new WeightBuffer(spec);
        using var engine = new CpuEngine(clock.Model, 1);
        new Trainer(weights, engine, spec.Training!, train, test, new TrainerOptions { Seed = 4 }).Run();
        Assert.That(first, Is.EqualTo(weights.Parameters.ToArray()));

        using var predictions = new PredictionClock(clock.Model, test, batch: 4);
        predictions.Repeat(5, CancellationToken.None);
        Assert.That(predictions.SecondsPerSample, Is.Positive);
        Assert.That(() => clock.Repeat(new CancellationToken(canceled: true)), Throws.InstanceOf<OperationCanceledException>());
    }

    /// <summary>A process of its own says how much memory it took at most; inside a test there is no <c>pmoe</c> to start.</summary>
    [Test]
    public void Footprint_IsThatOfAProcess([Values("Data", "Train", "Predict")] string task)
    {
        PatchMoESpec spec = EmbeddedSpecs.Read("mnist-joint");
        spec = spec with { Data = (MosaicDataSpec)spec.Data! with { Train = 20, Test = 20 } };
        string data = DataFolder.Require("mnist", null);
        var start = Pmoe.StartInfo("footprint", task, "--data", data);
        start.RedirectStandardInput = true;
        using var process = System.Diagnostics.Process.Start(start)!;
        process.StandardInput.Write(SpecWriter.ToJson(spec));
        process.StandardInput.Close();
        Outcome outcome = Pmoe.Finish(process);
        Assert.That(outcome.ExitCode, Is.Zero, outcome.Error);
        if (!OperatingSystem.IsMacOS())
        {
            Assert.That(long.Parse(outcome.Output, System.Globalization.CultureInfo.InvariantCulture), Is.GreaterThan(1 << 20));
        }

        Assert.That(Footprint.Measure(FootprintTask.Data, spec, data), Is.Null);
    }
}
