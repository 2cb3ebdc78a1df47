using PatchMoE.Tests;

namespace PatchMoE.TorchSharp.Tests.Backbones;

/// <summary>A Wide ResNet with a pMoE layer trained in shares: each share's batch norms see its own samples, whoever computes it.</summary>
public sealed class SharedBackboneTests
{
    private const int Samples = 22;

    private static readonly PatchMoESpec s_spec = SpecReader.Read(
        """
        { "name": "shared", "model": { "input": { "kind": "image", "height": 8, "width": 8, "channels": 3 },
          "backbone": { "kind": "wrn", "widths": [3, 4, 6], "stem": 3, "patch": 1, "output": "map" },
          "layers": [ { "experts": 2, "patchesPerExpert": 4, "neuronsPerExpert": 4, "gate": "sigmoid" } ],
          "head": { "kind": "linear", "outputs": 3 }, "loss": "softmaxCrossEntropy" },
          "training": { "epochs": 2, "batch": 10, "shares": 4, "optimizer": { "kind": "momentum", "learningRate": 0.05 } } }
        """,
        "shared.json").Spec!;

    [Test]
    public void AnyNumberOfProcesses_GivesTheSameBits()
    {
        float[] alone = Train(s_spec, 1).Single();
        Assert.That(Train(s_spec, 2), Is.All.EqualTo(alone));
        Assert.That(Train(s_spec, 3), Is.All.EqualTo(alone));
    }

    /// <summary>An update in one share is torch's own, running statistics included.</summary>
    [Test]
    public void OneShare_IsAnUpdateOfTorch()
    {
        PatchMoESpec whole = s_spec with { Training = s_spec.Training! with { Shares = 1 } };
        Dataset data = Data(whole);
        float[] torch = Update(engine => engine);
        float[] shared = Update(engine => new SharedEngine(engine, PatchMoE.Training.Collectives.OneProcess.Instance, shares: 1, plain: false));
        Assert.That(shared.Zip(torch, (a, b) => Math.Abs(a - b)).Max(), Is.LessThan(1e-6));
        float[] Update(Func<TorchEngine, ITrainingEngine> wrap)
        {
            var weights = new WeightBuffer(whole);
            WeightInitializer.Initialize(whole, 1, weights.Parameters);
            using var engine = new TorchEngine(whole);
            using ITrainingEngine training = wrap(engine);
            training.SetParameters(weights.Parameters);
            Optimizer optimizer = Optimizer.Create(whole.Training!.Optimizer, weights.ParameterSpecs.Where(parameter => parameter.HasGradient), weights.Parameters.Length);
            training.BeginTraining(optimizer);
            training.Step(data, [0, 1, 2, 3, 4, 5], [], 0.05);
            training.GetParameters(weights.Parameters);
            return weights.Parameters.ToArray();
        }
    }

    private static float[][] Train(PatchMoESpec spec, int processes) => ThreadCollective.Run(processes, collective =>
    {
        Dataset data = Data(spec);
        var weights = new WeightBuffer(spec);
        WeightInitializer.Initialize(spec, 1, weights.Parameters);
        using var engine = new TorchEngine(spec);
        new Trainer(weights, engine, spec.Training!, data, data, new TrainerOptions { Seed = 1, Collective = collective, Notices = false }).Run();
        return weights.Parameters.ToArray();
    });

    private static Dataset Data(PatchMoESpec spec)
    {
        var random = new Random(3);
        float[] inputs = [.. Enumerable.Range(0, Samples * spec.Model.InputLength()).Select(_ => random.NextSingle())];
        return new Dataset(spec.Model.InputShape(), inputs, [.. Enumerable.Range(0, Samples).Select(i => i % 3)]);
    }
}
