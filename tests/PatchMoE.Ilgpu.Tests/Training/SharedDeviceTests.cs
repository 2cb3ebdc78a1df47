using PatchMoE.Ilgpu.Tests.Engine;
using PatchMoE.Tests.Parity;

namespace PatchMoE.Ilgpu.Tests.Training;

/// <summary>A batch in shares whose gradients a device computes.</summary>
public class SharedDeviceTests
{
    private static readonly PatchMoESpec s_spec = Spec();

    [Test]
    public void Shares_GiveTheWeightsOfTheCpu() => Agreement.Check("weights", Train(onDevice: true), Train(onDevice: false));

    /// <summary>So it does not matter which process computes a share, and what it computed before.</summary>
    [Test]
    public void TheGradientsOfAShare_DependOnItAlone()
    {
        (Dataset data, _) = DataLoader.Load(s_spec, null, 1, ".");
        IPatchMoEModel model = Networks.Compile(s_spec);
        WeightInitializer.Initialize(s_spec, 1, model.Parameters);
        ClassWeights weights = ClassWeights.Of(s_spec.Training!.ClassWeights, s_spec.Model, data.Labels.ToArray())!;
        using var engine = new IlgpuEngine(model, TestDevices.Cpu());
        (double Loss, float[] Gradients) Of(params int[] samples)
        {
            var gradients = new float[s_spec.Model.NetworkLength()];
            return (engine.Gradients(data, samples, weights, gradients), gradients);
        }

        (double Loss, float[] Gradients) first = Of(3, 1, 4);
        (double Loss, float[] Gradients) other = Of(5, 9, 2, 6, 8);
        (double Loss, float[] Gradients) again = Of(3, 1, 4);
        Assert.That(again.Gradients, Is.EqualTo(first.Gradients));
        Assert.That(again.Loss, Is.EqualTo(first.Loss));
        Assert.That(other.Gradients, Is.Not.EqualTo(first.Gradients));
    }

    private static PatchMoESpec Spec()
    {
        PatchMoESpec spec = PatchMoE.Tests.Specs.Dense(PatchMoE.Tests.Specs.Vectors, 2, PatchMoE.Tests.Specs.Synthetic);
        return spec with { Training = spec.Training! with { Epochs = 1, Batch = 20, Shares = 3, ClassWeights = new ClassWeightsSpec(EquatableArray.Of(1.0, 5)) } };
    }

    private static float[] Train(bool onDevice)
    {
        (Dataset train, Dataset test) = DataLoader.Load(s_spec, null, 1, ".");
        IPatchMoEModel model = Networks.Compile(s_spec);
        WeightInitializer.Initialize(s_spec, 1, model.Parameters);
        using ITrainingEngine engine = onDevice ? new IlgpuEngine(model, TestDevices.Cpu()) : new CpuEngine(model, threads: 1);
        new Trainer(model, engine, s_spec.Training!, train, test, new TrainerOptions { Seed = 1, TestEvery = 0, Notices = false }).Run();
        return model.Parameters.ToArray();
    }
}
