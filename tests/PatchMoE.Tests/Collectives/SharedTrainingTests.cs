using PatchMoE.Training.Collectives;

namespace PatchMoE.Tests;

/// <summary>A batch in shares, computed by one process or several: threads of this one.</summary>
[Category("Long")]
public sealed class SharedTrainingTests
{
    private const int Shares = 4;

    /// <summary>50 samples in batches of 8: the last batch of an epoch has two, and so shares without any.</summary>
    [Test]
    public void AnyNumberOfProcesses_GivesTheSameBits([Values] OptimizerKind kind, [Values(4, 7)] int shares)
    {
        PatchMoESpec spec = InShares(Specs.Dense(Specs.Vectors, 2, Specs.Synthetic, Specs.Training(TrainingMethod.Single, kind)), shares);
        Outcome alone = Train(spec, 1)[0];
        for (int processes = 2; processes <= shares; processes++)
        {
            foreach (Outcome outcome in Train(spec, processes))
            {
                Assert.That(outcome.Weights.AsSpan().SequenceEqual(alone.Weights), Is.True, $"{processes} processes");
                Assert.That(outcome.State.SelectMany(values => values), Is.EqualTo(alone.State.SelectMany(values => values)));
                Assert.That(outcome.Metrics, Is.EqualTo(alone.Metrics));
                Assert.That(outcome.Result.Final, Is.EqualTo(alone.Result.Final));
            }
        }
    }

    [Test]
    public void Routers_ThatLearnFirst_GiveTheSameBits()
    {
        PatchMoESpec spec = InShares(Specs.Separate(Specs.Vectors, Specs.Synthetic), Shares);
        float[] alone = Train(spec, 1)[0].Weights;
        Assert.That(Train(spec, 3).Select(outcome => outcome.Weights), Is.All.EqualTo(alone));
    }

    [Test]
    public void HeldOutSamplesAndClassWeights_GiveTheSameBits()
    {
        PatchMoESpec spec = InShares(Specs.Dense(Specs.Vectors, 2, Specs.Synthetic), Shares);
        spec = spec with { Training = spec.Training! with { Validation = 0.2, KeepBest = true, ClassWeights = new ClassWeightsSpec(EquatableArray.Of(1.0, 3)) } };
        Outcome alone = Train(spec, 1)[0];
        foreach (Outcome outcome in Train(spec, 3))
        {
            Assert.That(outcome.Weights, Is.EqualTo(alone.Weights));
            Assert.That(outcome.Result.Validation, Is.EqualTo(alone.Result.Validation).And.Not.Null);
            Assert.That(outcome.Result.BestEpoch, Is.EqualTo(alone.Result.BestEpoch));
        }
    }

    /// <summary>The mean over the batch is that of the whole: only the rounding of the sums differs.</summary>
    [Test]
    public void Shares_ChangeOnlyTheRounding([Values] bool weighted)
    {
        PatchMoESpec whole = Specs.Dense(Specs.Vectors, 2, Specs.Synthetic);
        whole = whole with { Training = whole.Training! with { Epochs = 2, ClassWeights = weighted ? new ClassWeightsSpec(EquatableArray.Of(1.0, 3)) : null } };
        Outcome one = Train(whole, 1)[0];
        Outcome four = Train(InShares(whole, Shares), 1)[0];
        Assert.That(four.Weights, Is.Not.EqualTo(one.Weights));
        Assert.That(four.Weights.Zip(one.Weights, (a, b) => Math.Abs(a - b)).Max(), Is.LessThan(1e-5));
        Assert.That(four.Result.History[0].TrainLoss, Is.EqualTo(one.Result.History[0].TrainLoss).Within(1e-6));
    }

    [Test]
    public void OneShare_HasTheBitsOfTrainingWithoutShares()
    {
        PatchMoESpec spec = Specs.Dense(Specs.Vectors, 2, Specs.Synthetic);
        Run plain = Run.Of(spec);
        plain.Train();
        Run shared = Run.Of(spec);
        using var engine = new CpuEngine(shared.Model, threads: 1);
        using var one = new SharedEngine(engine, OneProcess.Instance, shares: 1, plain: false);
        new Trainer(shared.Model, one, spec.Training!, shared.TrainData, shared.TestData, new TrainerOptions { Seed = 1 }).Run();
        Assert.That(shared.Model.Parameters.SequenceEqual(plain.Model.Parameters), Is.True);
    }

    [Test]
    public void TheTableOfTokens_IsTrainedToTheSameBits([Values(OptimizerKind.Sgd, OptimizerKind.AdamW)] OptimizerKind kind)
    {
        PatchMoESpec spec = InShares(TokenData.Spec(kind, epochs: 2), Shares);
        Dataset data = TokenData.Draw(spec, 23);
        float[] Tokens(int processes)
        {
            float[][] all = ThreadCollective.Run(processes, collective =>
            {
                using IPatchMoEModel model = Compiler.PatchMoECompiler.Compile(spec, Compiler.AssemblyCache.ForUser());
                using var engine = new CpuEngine(model, 1);
                var options = new TrainerOptions { Seed = 1, Collective = collective };
                new Trainer(model, engine, spec.Training!, data, data, options).Run();
                return model.Parameters.ToArray();
            });
            Assert.That(all, Is.All.EqualTo(all[0]));
            return all[0];
        }

        float[] alone = Tokens(1);
        Assert.That(Tokens(2), Is.EqualTo(alone));
        Assert.That(Tokens(3), Is.EqualTo(alone));
    }

    [Test]
    public void ResumedWithOtherProcesses_EndsWithTheSameBits()
    {
        PatchMoESpec spec = InShares(Specs.Dense(Specs.Vectors, 2, Specs.Synthetic, Specs.Training(TrainingMethod.Single, OptimizerKind.Adam)), Shares);
        float[] whole = Train(spec, 1)[0].Weights;
        using var stop = new CancellationTokenSource();
        Outcome[] stopped = Train(spec, 3, stop: (rank, progress) => rank == 1 && progress is { Epoch: 3, Batch: 2 });
        Assert.That(stopped.Select(outcome => outcome.Result.Interrupted), Is.All.True);
        Assert.That(stopped.Select(outcome => (outcome.Result.Checkpoint.Epoch, outcome.Result.Checkpoint.Batch)).Distinct().Count(), Is.EqualTo(1), "all stop between the same two updates");
        foreach (int processes in (int[])[1, 2, 4])
        {
            Assert.That(Train(spec, processes, from: stopped[0].Result.Checkpoint)[0].Weights, Is.EqualTo(whole), $"{processes} processes");
        }
    }

    [Test]
    public void ACheckpointOfOtherShares_IsRefused()
    {
        PatchMoESpec spec = Specs.Dense(Specs.Vectors, 2, Specs.Synthetic);
        Checkpoint checkpoint = Train(InShares(spec, 4), 1)[0].Result.Checkpoint;
        Assert.That(() => Train(InShares(spec, 2), 1, from: checkpoint), Throws.TypeOf<BadInputException>().With.Message.Contains("training.shares is 4, but this run has 2"));
    }

    [Test]
    public void APlainSum_AgreesUpToRounding()
    {
        PatchMoESpec spec = Specs.Dense(Specs.Vectors, 2, Specs.Synthetic);
        spec = spec with { Training = spec.Training! with { Epochs = 2 } };
        float[] one = Train(spec, 1)[0].Weights;
        Outcome[] three = Train(spec, 3, plain: true);
        Assert.That(three.Select(outcome => outcome.Weights), Is.All.EqualTo(three[0].Weights));
        Assert.That(three[0].Weights.Zip(one, (a, b) => Math.Abs(a - b)).Max(), Is.LessThan(1e-5).And.GreaterThan(0));
    }

    [Test]
    public void MoreProcessesThanShares_AreRefused()
    {
        PatchMoESpec spec = Specs.Dense(Specs.Vectors, 2, Specs.Synthetic);
        Assert.That(() => Train(InShares(spec, 2), 3), Throws.TypeOf<BadInputException>().With.Message.EqualTo(
            "training.shares: a batch is cut into 2 shares, too few for 3 processes. Use at least 3 shares (--shares 3), or fewer processes."));
        Assert.That(() => Train(InShares(spec, 9), 1), Throws.TypeOf<BadInputException>().With.Message.Contains("A batch of 8 samples cannot be cut into 9 shares"));
    }

    [Test]
    public void WeightsThatDiffer_AreNoticed()
    {
        PatchMoESpec spec = InShares(Specs.Dense(Specs.Vectors, 2, Specs.Synthetic), Shares);
        Assert.That(
            () => Train(spec, 3, begin: (rank, model) => model.Parameters[0] += rank == 2 ? 1e-3f : 0),
            Throws.TypeOf<InvalidOperationException>().With.Message.Contains("differ").And.Message.Contains("2"));
    }

    [Test]
    public void ALossThatIsNotFinite_IsReportedByAll()
    {
        PatchMoESpec spec = InShares(Specs.Dense(Specs.Vectors, 2, Specs.Synthetic), Shares);
        string[] messages = ThreadCollective.Run(3, collective =>
        {
            Run run = Run.Of(spec);
            run.Model.Spoil = gradients => gradients[0] = collective.Rank == 1 ? float.PositiveInfinity : gradients[0];
            return Assert.Throws<TrainingDivergedException>(() => Train(run.Model, run, collective))!.Message;
        });
        Assert.That(messages, Is.All.EqualTo(messages[0]).And.Contains("epoch 1, step 1").And.Contains("the gradient of layers.0.experts.weight is infinity at index 0").IgnoreCase);
    }

    /// <summary>A batch's samples are read by the process that computes their share, and by no other.</summary>
    [Test]
    public void EachProcess_ReadsItsOwnSamples()
    {
        PatchMoESpec spec = InShares(Specs.Dense(Specs.Vectors, 2, Specs.Synthetic), Shares);
        int[] read = ThreadCollective.Run(2, collective =>
        {
            Run run = Run.Of(spec);
            var store = new CountingStore(run.TrainData);
            var data = new Dataset(run.TrainData.InputShape, store, run.TrainData.Labels.ToArray());
            var model = new LoopModel(spec);
            using var engine = new CpuEngine(model, 1);
            using var shared = new SharedEngine(engine, collective, Shares, plain: false);
            shared.SetParameters(model.Parameters);
            shared.BeginTraining(Optimizer.Create(spec.Training!.Optimizer, model.ParameterSpecs, model.Parameters.Length));
            shared.Step(data, [0, 1, 2, 3, 4, 5, 6, 7], [], 0.1);
            int trained = store.Copies;
            new Evaluator(shared, batch: 10).Evaluate(data);
            Assert.That(store.Copies - trained, Is.EqualTo(25), "half of the 50");
            return trained;
        });
        Assert.That(read, Is.EqualTo(new[] { 4, 4 }));
    }

    /// <summary>Logits and routes come from one pass, so each sample is read once, and all processes get what one alone gets.</summary>
    [Test]
    public void HitRates_ComeFromOnePassOfItsOwnSamples()
    {
        PatchMoESpec spec = InShares(Specs.Separate(Specs.Vectors, Specs.Synthetic), Shares);
        EvaluationResult[] results = ThreadCollective.Run(3, collective =>
        {
            using IPatchMoEModel model = Parity.Compiled.Of(spec);
            WeightInitializer.Initialize(spec, 1, model.Parameters);
            Dataset test = Run.Of(spec).TestData;
            var store = new CountingStore(test);
            var data = new Dataset(test.InputShape, store, test.Labels.ToArray(), null, test.DiscriminativePatches.ToArray());
            using var engine = new CpuEngine(model, 1);
            using var shared = new SharedEngine(engine, collective, Shares, plain: false);
            EvaluationResult result = new Evaluator(shared, batch: 8).Evaluate(data);
            Assert.That(store.Copies, Is.EqualTo(collective.Rank == 2 ? 20 : 10), "of 40 samples, two shares of four for the last process, and one for the others");
            Assert.That(result, Is.EqualTo(new Evaluator(engine).Evaluate(test)));
            Assert.That(result.RouterHitRate, Is.EqualTo(new Evaluator(engine).HitRate(test)).And.GreaterThan(0).And.LessThan(1));
            return result;
        });
        Assert.That(results, Is.All.EqualTo(results[0]));
    }

    private static PatchMoESpec InShares(PatchMoESpec spec, int shares) => spec with { Training = spec.Training! with { Shares = shares } };

    private static Outcome[] Train(
        PatchMoESpec spec,
        int processes,
        Checkpoint? from = null,
        bool plain = false,
        Func<int, TrainingProgress, bool>? stop = null,
        Action<int, LoopModel>? begin = null) => ThreadCollective.Run(processes, collective =>
        {
            Run run = Run.Of(spec);
            begin?.Invoke(collective.Rank, run.Model);

            // The model of loops knows no class weights.
            using IPatchMoEModel? compiled = spec.Training!.ClassWeights is null ? null : Compiler.PatchMoECompiler.Compile(spec, Compiler.AssemblyCache.ForUser());
            return Train(compiled ?? run.Model, run, collective, from, plain, stop);
        });

    private static Outcome Train(
        IPatchMoEModel model, Run run, ICollective collective, Checkpoint? from = null, bool plain = false, Func<int, TrainingProgress, bool>? stop = null)
    {
        using var engine = new CpuEngine(model, threads: 1);
        using var wish = new CancellationTokenSource();
        var options = new TrainerOptions { Seed = run.Seed, Collective = collective, PlainSum = plain };
        var progress = new Stopping(value => TrainerTests.Stop(wish, stop?.Invoke(collective.Rank, value) ?? false));
        TrainingResult result = new Trainer(model, engine, run.Model.Spec.Training!, run.TrainData, run.TestData, options).Run(progress, wish.Token, from);
        return new Outcome(result, model.Parameters.ToArray());
    }

    private sealed record Outcome(TrainingResult Result, float[] Weights)
    {
        public IEnumerable<float[]> State => Result.Checkpoint.OptimizerState.Select(state => state.Values);

        public IEnumerable<EpochMetrics> Metrics => Result.History.Select(epoch => epoch with { SamplesPerSecond = 0, PeakMemory = null });
    }

    private sealed class Stopping(Action<TrainingProgress> action) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => action(value);
    }

    private sealed class CountingStore(Dataset data) : SampleStore
    {
        public int Copies { get; private set; }

        public override void Copy(int sample, Span<float> values)
        {
            Copies++;
            data.InputsOf(sample, 1).CopyTo(values);
        }
    }
}
