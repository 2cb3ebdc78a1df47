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
    [TestCase("history", """{"phase":"all","epoch":1,"learningRate":0.1,"trainLoss":1e309,"samplesPerSecond":5}""")]
    [TestCase("history", """{"phase":"all","epoch":1,"learningRate":0.1,"trainLoss":1,"testLoss":-1e999,"samplesPerSecond":5}""")]
    [TestCase("history", """{"phase":"all","epoch":1,"learningRate":0.1,"trainLoss":1,"samplesPerSecond":5,"experts":{"patches":[1e400],"gate":[],"entropy":1,"covered":1}}""")]
    [TestCase("seed", null)]
    public void DamagedMetadata_IsNamed(string key, string? value)
    {
        PatchMoESpec spec = Specs.Dense(Specs.Vectors, 2, Specs.Synthetic);
        string path = Edited(spec, key, value);
        Assert.That(() => CheckpointFile.Load(path, spec.Model), Throws.TypeOf<BadInputException>().With.Message.Contains($"'{key}'").And.Message.Contains(path));
    }

    /// <summary>A place in the run that no training reaches: the run would end at once, or skip updates.</summary>
    [TestCase("epoch", "7", "7 epochs are finished, but training.epochs is 6")]
    [TestCase("epoch", "5", "the optimizer counts 42 updates, but 5 epochs of 7 and 0 more are 35")]
    [TestCase("batch", "8", "8 updates of its epoch are made, but an epoch has 7")]
    [TestCase("batch", "1", "1 updates are made after the last of 6 epochs")]
    [TestCase("optimizerSteps", "2147483647", "the optimizer counts 2147483647 updates")]
    [TestCase("history", "", "its history has 0 epochs, but 6 are finished")]
    public void APlaceBeyondTheRun_IsRefused(string key, string value, string message)
    {
        PatchMoESpec spec = Specs.Dense(Specs.Vectors, 2, Specs.Synthetic);
        Checkpoint checkpoint = CheckpointFile.Load(Edited(spec, key, value), spec.Model);
        Assert.That(() => Run.Of(spec).Train(from: checkpoint), Throws.TypeOf<BadInputException>().With.Message.Contains(message));
    }

    /// <summary>Otherwise the training would fail later, and its message would blame the learning rate.</summary>
    [Test]
    public void AMeanOfSquaresBelowZero_IsNamed()
    {
        PatchMoESpec spec = Specs.Dense(Specs.Vectors, 2, Specs.Synthetic, Specs.Training(TrainingMethod.Single, OptimizerKind.Adam));
        Checkpoint checkpoint = Run.Of(spec).Train().Checkpoint;
        float[] squares = checkpoint.OptimizerState.Single(state => state.Name == "second").Values;
        squares[0] = -1e-3f;
        string path = _folder.File("checkpoint.safetensors");
        CheckpointFile.Save(path, spec.Model, checkpoint);
        Assert.That(() => CheckpointFile.Load(path, spec.Model), Throws.TypeOf<BadInputException>().With.Message.Contains("the optimizer's state is damaged: -0.001"));
    }

    /// <summary>Every bit counts: those of weights, of the optimizer's state and of the metadata.</summary>
    [Test]
    public void ALostBit_IsFound()
    {
        PatchMoESpec spec = Specs.Dense(Specs.Vectors, 2, Specs.Synthetic, Specs.Training(TrainingMethod.Single, OptimizerKind.Adam));
        string path = _folder.File("checkpoint.safetensors");
        Checkpoint saved = Run.Of(spec).Train().Checkpoint;
        CheckpointFile.Save(path, spec.Model, saved);
        byte[] whole = File.ReadAllBytes(path);
        int found = 0;
        var random = new Random(1);
        for (int i = 0; i < 2000; i++)
        {
            byte[] damaged = [.. whole];
            int bit = random.Next(8 * damaged.Length);
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            using var stream = new MemoryStream(damaged);
            try
            {
                // The name of the checksum is not covered by it, nor is the white space behind the header.
                Checkpoint read = CheckpointFile.Load(stream, path, spec.Model);
                Assert.That(read.Weights, Is.EqualTo(saved.Weights), $"bit {bit}");
                Assert.That(read.OptimizerState.Select(state => state.Values), Is.EqualTo(saved.OptimizerState.Select(state => state.Values)), $"bit {bit}");
                Assert.That(
                    read with { Weights = [], OptimizerState = [], History = [] }, Is.EqualTo(saved with { Weights = [], OptimizerState = [], History = [] }), $"bit {bit}");
                Assert.That(read.History, Is.EqualTo(saved.History), $"bit {bit}");
            }
            catch (BadInputException)
            {
                found++;
            }
        }

        Assert.That(found, Is.GreaterThan(1900));
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

    /// <summary>A checkpoint of a finished run, one entry of whose metadata was changed, without a checksum.</summary>
    private string Edited(PatchMoESpec spec, string key, string? value)
    {
        string path = _folder.File("checkpoint.safetensors");
        CheckpointFile.Save(path, spec.Model, Run.Of(spec).Train().Checkpoint);
        SafetensorsContent content = SafetensorsFile.Read(path);
        Dictionary<string, string> metadata = content.Metadata.Where(pair => pair.Key != key && pair.Key != CheckpointSum.Key).ToDictionary();
        if (value is not null)
        {
            metadata[key] = value;
        }

        SafetensorsFile.Write(path, content.Tensors, metadata);
        return path;
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
