using PatchMoE.Compiler;

namespace PatchMoE.Tests;

/// <summary>Data that are read as they are needed train to the same bits as data in memory, with everything that looks at them.</summary>
[TestFixture]
public sealed class StreamedTrainingTests
{
    [TestCase("joint", "softmaxSelected")]
    [TestCase("separate", "none")]
    public void WeightsAreThoseOfDataInMemory(string method, string gate)
    {
        PatchMoESpec spec = SpecReader.Read($$"""
            { "name": "streamed",
              "model": { "input": { "kind": "vectors", "patches": 6, "dimension": 12 },
                "layers": [ { "experts": 2, "patchesPerExpert": 2, "neuronsPerExpert": 4, "gate": "{{gate}}" } ],
                "head": { "kind": "fixed" }, "loss": "logistic" },
              "training": { "method": "{{method}}", "epochs": 4, "routerEpochs": 3, "batch": 10, "validation": 0.2, "keepBest": true },
              "data": { "kind": "synthetic", "patterns": 6, "noise": 0.05, "train": 60, "test": 40 } }
            """, "streamed.json").Spec!;
        LoadedData data = DataLoader.Load(spec, null, 1, ".");
        float[] inMemory = Train(spec, data.Train, data.Test);
        float[] streamed = Train(spec, Streamed(data.Train), Streamed(data.Test));
        Assert.That(streamed, Is.EqualTo(inMemory));
    }

    private static float[] Train(PatchMoESpec spec, Dataset train, Dataset test)
    {
        using IPatchMoEModel model = PatchMoECompiler.Compile(spec);
        WeightInitializer.Initialize(spec, 1, model.Parameters);
        using var engine = new CpuEngine(model, 2);
        TrainingResult result = new Trainer(model, engine, spec.Training!, train, test, new TrainerOptions { Seed = 1 }).Run();
        Assert.That(result.History[^1].Experts, Is.Not.Null);
        return model.Parameters.ToArray();
    }

    private static Dataset Streamed(Dataset data) => new(data.InputShape, new Store(data), data.Labels.ToArray());

    private sealed class Store(Dataset data) : SampleStore
    {
        public override void Copy(int sample, Span<float> values) => data.InputsOf(sample, 1).CopyTo(values);
    }
}
