namespace PatchMoE.Tests;

public sealed class CheckpointTests
{
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void CreateFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public void ResumedInTheMiddleOfAnEpoch_GivesTheBitsOfAnUninterruptedRun([Values] OptimizerKind kind)
    {
        PatchMoESpec spec = Specs.Dense(Specs.Vectors, 2, Specs.Synthetic, Specs.Training(TrainingMethod.Single, kind));
        CheckResume(spec, p => p.Epoch == 4 && p.Batch == 3 && p.Completed is null);
    }

    [Test]
    public void SeparateTraining_ResumesInEitherPhase([Values(TrainingPhase.Routers, TrainingPhase.Experts)] TrainingPhase phase, [Values(3, 7)] int batch)
    {
        PatchMoESpec spec = Specs.Separate(Specs.Vectors, Specs.Synthetic);
        spec = spec with { Training = spec.Training! with { Optimizer = spec.Training.Optimizer with { Kind = OptimizerKind.Momentum } } };
        CheckResume(spec, p => p.Phase == phase && p.Epoch == 2 && p.Batch == batch && p.Completed is null);
    }

    [Test]
    public void PeriodicCheckpoints_ResumeToTheSameBits()
    {
        PatchMoESpec spec = Specs.Dense(Specs.Vectors, 2, Specs.Synthetic, Specs.Training(TrainingMethod.Single, OptimizerKind.Adam));
        Run whole = Run.Of(spec);
        var saved = new List<Checkpoint>();
        whole.Train(save: saved.Add, every: 2);

        Run resumed = Run.Of(spec);
        TrainingResult result = resumed.Train(from: saved[1]);

        Assert.That(saved.Select(checkpoint => checkpoint.Epoch), Is.EqualTo(new[] { 2, 4, 6 }));
        Assert.That(resumed.Model.Parameters.SequenceEqual(whole.Model.Parameters), Is.True);
        Assert.That(result.History, Has.Count.EqualTo(6));
    }

    [Test]
    public void AnotherRunsCheckpoint_IsRefused()
    {
        PatchMoESpec spec = Specs.Dense(Specs.Vectors, 2, Specs.Synthetic);
        Checkpoint checkpoint = Run.Of(spec).Train().Checkpoint;

        void Refuses(PatchMoESpec other, ulong seed, string part) => Assert.That(
            () => Run.Of(other, seed).Train(from: checkpoint), Throws.TypeOf<BadInputException>().With.Message.Contains(part));
        Refuses(spec, 2, "seed is 1, but this run has 2");
        Refuses(spec with { Training = spec.Training! with { Batch = 4 } }, 1, "training.batch is 8");
        Refuses(spec with { Training = Specs.Training(TrainingMethod.Single, OptimizerKind.Adam) }, 1, "optimizer.kind is Sgd");
        Refuses(spec with { Data = Specs.Synthetic with { Train = 60 } }, 1, "data.train is 50");
    }

    [TestCase("epoch", "-1")]
    [TestCase("batch", "x")]
    [TestCase("phase", "None")]
    [TestCase("phase", "Routers")]
    [TestCase("method", "9")]
    [TestCase("lossSum", "NaN")]
    [TestCase("history", "{}")]
    [TestCase("seed", null)]
    public void DamagedMetadata_IsNamed(string key, string? value)
    {
        PatchMoESpec spec = Specs.Dense(Specs.Vectors, 2, Specs.Synthetic);
        string path = _folder.File("checkpoint.safetensors");
        CheckpointFile.Save(path, spec.Model, Run.Of(spec).Train().Checkpoint);
        SafetensorsContent content = SafetensorsFile.Read(path);
        Dictionary<string, string> metadata = content.Metadata.Where(pair => pair.Key != key).ToDictionary();
        if (value is not null)
        {
            metadata[key] = value;
        }

        SafetensorsFile.Write(path, content.Tensors, metadata);

        Assert.That(() => CheckpointFile.Load(path, spec.Model), Throws.TypeOf<BadInputException>().With.Message.Contains($"'{key}'").And.Message.Contains(path));
    }

    [Test]
    public void AnotherModelsCheckpoint_IsRefused()
    {
        PatchMoESpec spec = Specs.Dense(Specs.Vectors, 2, Specs.Synthetic);
        string path = _folder.File("checkpoint.safetensors");
        CheckpointFile.Save(path, spec.Model, Run.Of(spec).Train().Checkpoint);

        ModelSpec other = Specs.Dense(Specs.Vectors, 3, Specs.Synthetic).Model;
        Assert.That(() => CheckpointFile.Load(path, other), Throws.TypeOf<BadInputException>().With.Message.Contains("head.weight is [2, 6], but the model needs [3, 6]"));
    }

    private void CheckResume(PatchMoESpec spec, Predicate<TrainingProgress> stopsAt)
    {
        Run whole = Run.Of(spec);
        TrainingResult expected = whole.Train();
        string path = _folder.File("checkpoint.safetensors");
        using var stop = new CancellationTokenSource();
        TrainingResult first = Run.Of(spec).Train(p => TrainerTests.Stop(stop, stopsAt(p)), stop.Token);
        CheckpointFile.Save(path, spec.Model, first.Checkpoint);

        Run resumed = Run.Of(spec);
        TrainingResult result = resumed.Train(from: CheckpointFile.Load(path, spec.Model));

        Assert.That(first.Interrupted, Is.True);
        Assert.That(result.Interrupted, Is.False);
        Assert.That(resumed.Model.Parameters.SequenceEqual(whole.Model.Parameters), Is.True);
        Assert.That(
            result.History.Select(epoch => epoch with { SamplesPerSecond = 0, PeakMemory = null }),
            Is.EqualTo(expected.History.Select(epoch => epoch with { SamplesPerSecond = 0, PeakMemory = null })));
        Assert.That(result.Final, Is.EqualTo(expected.Final));
    }
}
