using PatchMoE.Ilgpu.Tests.Engine;
using PatchMoE.Tests;
using PatchMoE.Tests.Parity;

namespace PatchMoE.Ilgpu.Tests.Training;

/// <summary>A batch in shares whose gradients a device computes.</summary>
public class SharedDeviceTests
{
    [Test]
    public void AnyNumberOfProcesses_GivesTheSameBits_AndTheWeightsOfTheCpu()
    {
        PatchMoESpec spec = PatchMoE.Tests.Specs.Dense(PatchMoE.Tests.Specs.Vectors, 2, PatchMoE.Tests.Specs.Synthetic);
        spec = spec with { Training = spec.Training! with { Epochs = 1, Batch = 20, Shares = 3, ClassWeights = new ClassWeightsSpec(EquatableArray.Of(1.0, 5)) } };
        float[] alone = Train(spec, processes: 1, onDevice: true);
        Agreement.Check("weights", alone, Train(spec, processes: 1, onDevice: false));
        Assert.That(Train(spec, processes: 2, onDevice: true), Is.EqualTo(alone));
    }

    private static float[] Train(PatchMoESpec spec, int processes, bool onDevice) => ThreadCollective.Run(processes, collective =>
    {
        (Dataset train, Dataset test) = DataLoader.Load(spec, null, 1, ".");
        IPatchMoEModel model = Networks.Compile(spec);
        WeightInitializer.Initialize(spec, 1, model.Parameters);
        using ITrainingEngine engine = onDevice ? new IlgpuEngine(model, "cpu") : new CpuEngine(model, threads: 1);
        new Trainer(model, engine, spec.Training!, train, test, new TrainerOptions { Seed = 1, Collective = collective, TestEvery = 0, Notices = false }).Run();
        return model.Parameters.ToArray();
    })[^1];
}
