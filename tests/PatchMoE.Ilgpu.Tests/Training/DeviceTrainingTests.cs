using PatchMoE.Ilgpu.Tests.Engine;
using PatchMoE.Tests.Parity;

namespace PatchMoE.Ilgpu.Tests.Training;

/// <summary>Training on a device against training on the CPU.</summary>
public class DeviceTrainingTests
{
    /// <summary>A launch takes the CPU accelerator milliseconds: the longer trainings are on OpenCL.</summary>
    [Test]
    public void EightUpdates_AreThoseOfTheCpu_AndTwiceTheSameBits([Values] OptimizerKind kind) => CheckAgainstCpu(TestDevices.Cpu(), kind, steps: 8);

    [Test]
    public void TwentyUpdates_OnOpenCl_AreThoseOfTheCpu([Values] OptimizerKind kind) => CheckAgainstCpu(TestDevices.OpenCl(), kind, steps: 20);

    [Test]
    public void FiftyUpdates_OnOpenCl_AreThoseOfTheCpu_AndTwiceTheSameBits() => CheckAgainstCpu(TestDevices.OpenCl(), OptimizerKind.Sgd, steps: 50);

    [Test]
    public void Trainer_OnADevice_ResumesToTheSameBits([Values(OptimizerKind.Momentum, OptimizerKind.Adam)] OptimizerKind kind)
    {
        PatchMoESpec spec = Short(PatchMoE.Tests.Specs.Dense(
            PatchMoE.Tests.Specs.Vectors, 2, PatchMoE.Tests.Specs.Synthetic, PatchMoE.Tests.Specs.Training(TrainingMethod.Single, kind)), epochs: 3);
        (float[] whole, Checkpoint middle) = Train(spec, from: null);
        (float[] resumed, _) = Train(spec, from: middle);
        Assert.That(resumed, Is.EqualTo(whole));
    }

    [Test]
    public void SeparateTraining_ReachesWhatTheCpuReaches()
    {
        PatchMoESpec spec = Short(PatchMoE.Tests.Specs.Separate(PatchMoE.Tests.Specs.Vectors, PatchMoE.Tests.Specs.Synthetic));
        (float[] onDevice, _) = Train(spec, from: null);
        (float[] onCpu, _) = Train(spec, from: null, onDevice: false);
        Agreement.Check("weights", onDevice, onCpu);
    }

    [Test]
    public void WeightsThatOverflowOnTheDevice_EndTheRun()
    {
        // The one update makes weights infinite, from a loss and gradients that are finite.
        PatchMoESpec spec = PatchMoE.Tests.Specs.Dense(
            PatchMoE.Tests.Specs.Vectors,
            2,
            PatchMoE.Tests.Specs.Synthetic,
            PatchMoE.Tests.Specs.Training(TrainingMethod.Single) with { Epochs = 1, Batch = 50, Optimizer = OptimizerSpec.Of(OptimizerKind.Sgd) with { LearningRate = 3e38 * 1e3 } });
        Assert.That(() => Train(spec, from: null), Throws.TypeOf<TrainingDivergedException>());
    }

    [Test]
    public void ClassWeights_AreThoseOfTheCpu([Values] bool logistic)
    {
        PatchMoESpec spec = Short(logistic
            ? PatchMoE.Tests.Specs.Separate(PatchMoE.Tests.Specs.Vectors, PatchMoE.Tests.Specs.Synthetic)
            : PatchMoE.Tests.Specs.Dense(PatchMoE.Tests.Specs.Vectors, 2, PatchMoE.Tests.Specs.Synthetic));
        PatchMoESpec weighted = spec with { Training = spec.Training! with { ClassWeights = new ClassWeightsSpec(EquatableArray.Of(1.0, 5)) } };
        float[] device = Train(weighted, from: null).Weights;
        Agreement.Check("weights", device, Train(weighted, from: null, onDevice: false).Weights);
        Assert.That(device, Is.Not.EqualTo(Train(spec, from: null).Weights), "the class weights have an effect");
    }

    /// <summary>A table of tokens learns from the gradient of the input on the device, and its state is the host's.</summary>
    [Test]
    public void VectorsOfTokens_AreThoseOfTheCpu([Values(OptimizerKind.Sgd, OptimizerKind.Adam)] OptimizerKind kind)
    {
        (float[] Weights, Checkpoint Last) Train(bool onDevice, Checkpoint? from = null, int epochs = 2)
        {
            PatchMoESpec spec = PatchMoE.Tests.TokenData.Spec(kind, epochs);
            Dataset data = PatchMoE.Tests.TokenData.Draw(spec, 15);
            IPatchMoEModel model = Networks.Compile(spec);
            WeightInitializer.Initialize(spec, 1, model.Parameters);
            using ITrainingEngine engine = onDevice ? new IlgpuEngine(model, TestDevices.Cpu()) : new CpuEngine(model, threads: 1);
            TrainingResult result = new Trainer(model, engine, spec.Training!, data, data, new TrainerOptions { Seed = 1, TestEvery = 0, Notices = false }).Run(resumeFrom: from);
            return (model.Parameters.ToArray(), result.Checkpoint);
        }

        (float[] expected, Checkpoint cpu) = Train(onDevice: false);
        (float[] actual, Checkpoint device) = Train(onDevice: true);
        Agreement.Check("weights", actual, expected);
        foreach (((string name, float[] found), (_, float[] values)) in device.OptimizerState.Zip(cpu.OptimizerState))
        {
            Agreement.Check(name, found, values);
        }

        Assert.That(Train(onDevice: true, Train(onDevice: true, epochs: 1).Last).Weights, Is.EqualTo(actual), "resumed");
    }

    /// <summary>With three updates an epoch, the last of them on a smaller batch.</summary>
    private static PatchMoESpec Short(PatchMoESpec spec, int epochs = 2) => spec with { Training = spec.Training! with { Epochs = epochs, RouterEpochs = 1, Batch = 20 } };

    /// <summary>Trains; returns the weights and the checkpoint of the second epoch.</summary>
    private static (float[] Weights, Checkpoint Middle) Train(PatchMoESpec spec, Checkpoint? from, bool onDevice = true)
    {
        (Dataset train, Dataset test) = DataLoader.Load(spec, null, 1, ".");
        IPatchMoEModel model = Networks.Compile(spec);
        WeightInitializer.Initialize(spec, 1, model.Parameters);
        using ITrainingEngine engine = onDevice ? new IlgpuEngine(model, TestDevices.Cpu()) : new CpuEngine(model, threads: 1);
        var saved = new List<Checkpoint>();
        var options = new TrainerOptions { Seed = 1, SaveCheckpoint = saved.Add, CheckpointEvery = 1 };
        TrainingResult result = new Trainer(model, engine, spec.Training!, train, test, options).Run(resumeFrom: from);
        Assert.That(result.Interrupted, Is.False);
        return (model.Parameters.ToArray(), saved[Math.Min(1, saved.Count - 1)]);
    }

    private static void CheckAgainstCpu(IlgpuDevice device, OptimizerKind kind, int steps)
    {
        PatchMoESpec spec = Networks.Small;
        Dataset data = Networks.Data(spec, 40);
        (float[] Weights, double[] Losses, float[][] State) Run(ITrainingEngine engine)
        {
            engine.SetParameters(Networks.Weights(spec));
            Optimizer optimizer = Networks.Optimizer(spec, kind);
            double[] losses = Networks.Train(engine, data, optimizer, steps, learningRate: kind >= OptimizerKind.Adam ? 0.01 : 0.1);
            Assert.That(optimizer.Steps, Is.EqualTo(steps));
            return (Networks.ParametersOf(engine), losses, [.. optimizer.State.Select(state => state.Values)]);
        }

        using var cpu = new CpuEngine(Networks.Compile(spec), threads: 1);
        using var first = new IlgpuEngine(Networks.Compile(spec), device);
        using var second = new IlgpuEngine(Networks.Compile(spec), device);
        (float[] Weights, double[] Losses, float[][] State) expected = Run(cpu);
        (float[] Weights, double[] Losses, float[][] State) actual = Run(first);
        (float[] Weights, double[] Losses, float[][] State) again = Run(second);

        Agreement.Check("weights", actual.Weights, expected.Weights);
        Agreement.Check("losses", Array.ConvertAll(actual.Losses, loss => (float)loss), expected.Losses);
        for (int i = 0; i < expected.State.Length; i++)
        {
            Agreement.Check($"state {i}", actual.State[i], expected.State[i]);
        }

        Assert.That(again.Weights, Is.EqualTo(actual.Weights));
        Assert.That(again.Losses, Is.EqualTo(actual.Losses));
    }
}
