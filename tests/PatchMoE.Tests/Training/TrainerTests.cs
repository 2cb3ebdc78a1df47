namespace PatchMoE.Tests;

[Category("Long")]
public sealed class TrainerTests
{
    [Test]
    public void Separate_TrainsRoutersFirst_ThenExpertsWithTheRoutersFrozen()
    {
        PatchMoESpec spec = Specs.Separate(Specs.Vectors, Specs.Synthetic with { Train = 400, Test = 200 });
        Run run = Run.Of(spec);
        var routers = new List<float[]>();
        float[] experts = run.Model.Parameters[32..].ToArray();

        TrainingResult result = run.Train(p =>
        {
            if (p.Completed is not null)
            {
                routers.Add(run.Model.Parameters[..22].ToArray());
                Assert.That(run.Model.Parameters[32..].SequenceEqual(experts), Is.EqualTo(p.Phase == TrainingPhase.Routers));
            }
        });

        Assert.That(result.History.Select(epoch => (epoch.Phase, epoch.Epoch)), Is.EqualTo(
            Enumerable.Range(1, 4).Select(i => (TrainingPhase.Routers, i)).Concat(Enumerable.Range(1, 6).Select(i => (TrainingPhase.Experts, i)))));
        Assert.That(routers[3], Is.Not.EqualTo(routers[2]));
        Assert.That(routers.Skip(4), Is.All.EqualTo(routers[3]));
        Assert.That(result.Final.Accuracy, Is.GreaterThan(0.95));
        Assert.That(result.Final.RouterHitRate, Is.GreaterThan(0.95));
        Assert.That(result.History[^1].TestLoss, Is.EqualTo(result.Final.Loss));
    }

    /// <summary>Decoys outrank the discriminative patch, so the threshold l* is known: one patch more than there are decoys of a kind.</summary>
    [Test]
    public void SeparateRouters_FindTheDiscriminativePatch_FromThePatchAfterTheDecoysOn([Values(0, 1, 3)] int decoys)
    {
        TrainingResult below = decoys == 0 ? null! : WithDecoys(decoys, taken: decoys);
        TrainingResult at = WithDecoys(decoys, taken: decoys + 1);

        Assert.That(at.Final.RouterHitRate, Is.GreaterThan(0.99));
        Assert.That(at.Final.Accuracy, Is.GreaterThan(0.95));
        if (decoys > 0)
        {
            Assert.That(below.Final.RouterHitRate, Is.LessThan(0.01));
            Assert.That(below.Final.Accuracy, Is.EqualTo(0.5).Within(0.1));
        }
    }

    private static TrainingResult WithDecoys(int decoys, int taken)
    {
        var data = new SyntheticDataSpec(16, 0, 0.05, 400, 400) { Decoys = decoys };
        PatchMoESpec spec = Specs.Separate(new VectorsInputSpec(16, 64), data, taken, neurons: 10);
        return Run.Of(spec with { Training = spec.Training! with { RouterEpochs = 30, Epochs = 60, Batch = 20 } }).Train();
    }

    [Test]
    public void SeparateRouters_FindTheClassDigitOfMosaics()
    {
        PatchMoESpec spec = Specs.Separate(Specs.Mosaic, Specs.MosaicData(1000, 300));
        spec = spec with { Training = spec.Training! with { RouterEpochs = 20, Epochs = 1, Batch = 20 } };
        Run run = Run.Of(spec);
        using var stop = new CancellationTokenSource();

        TrainingResult result = run.Train(p => Stop(stop, p.Phase == TrainingPhase.Experts), stop.Token);

        // Two of sixteen patches by chance would be 0.125.
        Assert.That(result.Final.RouterHitRate, Is.GreaterThan(0.85));
        Assert.That(result.History[^1].TestLoss, Is.LessThan(result.History[0].TestLoss!.Value));
        Assert.That(result.History[^1].TestAccuracy, Is.Null);
    }

    [Test]
    public void Softmax_LearnsWithEveryRule([Values] OptimizerKind kind)
    {
        PatchMoESpec spec = Specs.Dense(Specs.Vectors, 2, Specs.Synthetic with { Train = 400, Test = 200 }, Specs.Training(TrainingMethod.Single, kind) with { Epochs = 30 });
        TrainingResult result = Run.Of(spec).Train();

        Assert.That(result.History[^1].TrainLoss, Is.LessThan(result.History[0].TrainLoss));
        Assert.That(result.Final.Accuracy, Is.GreaterThan(0.9));
        Assert.That(result.Final.RouterHitRate, Is.Null);
        Assert.That(result.Interrupted, Is.False);
    }

    /// <summary>Tests only observe: without them the weights and the final result are the same.</summary>
    [TestCase(0, new int[0])]
    [TestCase(2, new[] { 2, 4, 6 })]
    public void TestEvery_ChoosesTheEpochsThatAreTested(int every, int[] tested)
    {
        PatchMoESpec spec = Specs.Dense(Specs.Vectors, 2, Specs.Synthetic);
        (Run always, Run seldom) = (Run.Of(spec), Run.Of(spec));
        TrainingResult all = always.Train();
        var options = new TrainerOptions { Seed = seldom.Seed, TestEvery = every };
        using var engine = new CpuEngine(seldom.Model, threads: 1);
        TrainingResult few = new Trainer(seldom.Model, engine, spec.Training!, seldom.TrainData, seldom.TestData, options).Run();

        Assert.That(few.History.Where(epoch => epoch.TestLoss is not null).Select(epoch => epoch.Epoch), Is.EqualTo(tested));
        Assert.That(few.History.Where(epoch => epoch.TestAccuracy is not null).Select(epoch => epoch.Epoch), Is.EqualTo(tested));
        Assert.That(few.Final, Is.EqualTo(all.Final));
        Assert.That(seldom.Model.Parameters.SequenceEqual(always.Model.Parameters), Is.True);
        Assert.That(few.History.Select(epoch => EpochMetrics.FromJson(epoch.ToJson())), Is.EqualTo(few.History), "absent values read back as absent");
    }

    [Test]
    public void SameSeed_SameBits_OtherSeed_OtherBits()
    {
        PatchMoESpec spec = Specs.Separate(Specs.Vectors, Specs.Synthetic);
        (Run a, Run b, Run c) = (Run.Of(spec), Run.Of(spec), Run.Of(spec, seed: 2));
        a.Train();
        b.Train();
        c.Train();

        Assert.That(b.Model.Parameters.SequenceEqual(a.Model.Parameters), Is.True);
        Assert.That(c.Model.Parameters.SequenceEqual(a.Model.Parameters), Is.False);
    }

    [Test]
    public void EpochLoss_IsTheMeanOverItsSamples_LastPartialBatchIncluded()
    {
        // A learning rate so small that the weights do not change: the epoch's loss is the loss of the initial weights. 50 samples, batches of 8.
        PatchMoESpec spec = Specs.Dense(Specs.Vectors, 2, Specs.Synthetic);
        spec = spec with { Training = spec.Training! with { Epochs = 1, Optimizer = OptimizerSpec.Of(OptimizerKind.Sgd) with { LearningRate = 1e-30 } } };
        Run run = Run.Of(spec);
        double expected = new Evaluator(new CpuEngine(run.Model, 1)).Evaluate(run.TrainData).Loss;
        var updates = new List<TrainingProgress>();

        TrainingResult result = run.Train(updates.Add);

        Assert.That(result.History[0].TrainLoss, Is.EqualTo(expected).Within(1e-9));
        Assert.That(updates, Has.Count.EqualTo(8));
        Assert.That(updates[6].Batch, Is.EqualTo(7));
        Assert.That(updates[7].Completed, Is.EqualTo(result.History[0]));
    }

    [Test]
    public void Cancelled_KeepsWhatWasLearnt()
    {
        Run run = Run.Of(Specs.Dense(Specs.Vectors, 2, Specs.Synthetic));
        float[] before = run.Model.Parameters.ToArray();
        using var stop = new CancellationTokenSource();

        TrainingResult result = run.Train(p => Stop(stop, p.Epoch == 3 && p.Batch == 2), stop.Token);

        Assert.That(result.Interrupted, Is.True);
        Assert.That(result.History, Has.Count.EqualTo(2));
        Assert.That((result.Checkpoint.Epoch, result.Checkpoint.Batch), Is.EqualTo((2, 2)));
        Assert.That(run.Model.Parameters.SequenceEqual(before), Is.False);
        Assert.That(result.Final, Is.EqualTo(new Evaluator(new CpuEngine(run.Model, 1)).Evaluate(run.TestData)));
    }

    [Test]
    public void DivergedGradient_NamesEpochStepTensorAndFix()
    {
        Run run = Run.Of(Specs.Dense(Specs.Vectors, 2, Specs.Synthetic));
        int update = 0;
        run.Model.Spoil = gradients => gradients[5] = ++update >= 10 ? float.NaN : gradients[5];
        float[] last = [];

        Assert.That(
            () => run.Train(p => last = run.Model.Parameters.ToArray()),
            Throws.TypeOf<TrainingDivergedException>().With.Message.Contains("epoch 2, step 3 (learning rate 0.1)")
                .And.Message.Contains("the gradient of layers.0.experts.weight is NaN at index 5").And.Message.Contains("learningRate"));
        Assert.That(run.Model.Parameters.SequenceEqual(last), Is.True, "the update was not made");
    }

    [Test]
    public void HugeLearningRate_IsStopped_AndTheWeightNamed()
    {
        PatchMoESpec spec = Specs.Dense(Specs.Vectors, 2, Specs.Synthetic);
        spec = spec with { Training = spec.Training! with { Optimizer = OptimizerSpec.Of(OptimizerKind.Sgd) with { LearningRate = 1e38 } } };
        Assert.That(() => Run.Of(spec).Train(), Throws.TypeOf<TrainingDivergedException>().With.Message.Contains("layers.0.experts.weight").Or.Message.Contains("head.weight"));
    }

    [Test]
    public void CancelledBehindTheUpdateThatDiverged_IsNotWhatWasLearnt()
    {
        PatchMoESpec spec = Specs.Dense(Specs.Vectors, 2, Specs.Synthetic);
        spec = spec with { Training = spec.Training! with { Optimizer = OptimizerSpec.Of(OptimizerKind.Sgd) with { LearningRate = 1e38 } } };
        Run run = Run.Of(spec);
        using var stop = new CancellationTokenSource();
        Assert.That(
            () => run.Train(_ => Stop(stop, true), stop.Token),
            Throws.TypeOf<TrainingDivergedException>().With.Message.Contains("diverged at epoch 1"));
        Assert.That(stop.IsCancellationRequested, Is.True, "the run was not cancelled");
    }

    [Test]
    public void Updates_AllocateNothing([Values] OptimizerKind kind)
    {
        PatchMoESpec spec = Specs.Dense(Specs.Vectors, 2, Specs.Synthetic with { Train = 800 }, Specs.Training(TrainingMethod.Single, kind));
        var meter = new AllocationMeter();

        Run.Of(spec).Train(meter.Report);

        Assert.That(meter.Updates, Is.GreaterThan(400));
        Assert.That(meter.Bytes, Is.Zero);
    }

    [Test]
    public void RouterUpdates_AllocateNothing()
    {
        var meter = new AllocationMeter();
        Run.Of(Specs.Separate(Specs.Vectors, Specs.Synthetic with { Train = 800 })).Train(meter.Report);
        Assert.That(meter.Updates, Is.GreaterThan(400));
        Assert.That(meter.Bytes, Is.Zero);
    }

    [Test]
    public void MoreThanABatchOfSamples_AndEveryClass_AreNeeded()
    {
        PatchMoESpec spec = Specs.Dense(Specs.Vectors, 2, Specs.Synthetic);
        PatchMoESpec large = spec with { Training = spec.Training! with { Batch = 51 } };
        Assert.That(() => Run.Of(large).Train(), Throws.TypeOf<BadInputException>().With.Message.Contains("training.batch: A batch of 51").And.Message.Contains("50 training samples"));

        PatchMoESpec threeClasses = Specs.Dense(Specs.Vectors, 3, Specs.Synthetic);
        Assert.That(() => Run.Of(threeClasses).Train(), Throws.TypeOf<BadInputException>().With.Message.Contains("no sample has the label 2"));
    }

    internal static void Stop(CancellationTokenSource source, bool now)
    {
        if (now)
        {
            source.Cancel();
        }
    }

    /// <summary>Counts the allocations from one update to the next within an epoch, except in the first epoch.</summary>
    private sealed class AllocationMeter
    {
        private long _last;

        public long Bytes { get; private set; }

        public int Updates { get; private set; }

        public void Report(TrainingProgress progress)
        {
            long now = GC.GetAllocatedBytesForCurrentThread();
            if (progress.Epoch > 1 && progress.Batch > 1 && progress.Completed is null)
            {
                Bytes += now - _last;
                Updates++;
            }

            _last = GC.GetAllocatedBytesForCurrentThread();
        }
    }
}
