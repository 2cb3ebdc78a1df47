using PatchMoE.Compiler;

namespace PatchMoE.Tests;

/// <summary>Held-out samples, and what is chosen by them.</summary>
public sealed class ChoiceTests
{
    private static readonly PatchMoESpec s_spec = Specs.Dense(Specs.Vectors, 2, Specs.Synthetic with { Train = 60, Noise = 0.6 });

    [Test]
    public void HeldOutSamples_AreAShareOfEachClass_AndDependOnTheSeedAlone()
    {
        int[] labels = [.. Enumerable.Range(0, 100).Select(i => i < 80 ? 0 : i < 99 ? 1 : 2)];
        HeldOutSamples split = HeldOutSamples.Split(labels, 0.25, seed: 3);

        Assert.That(split.Trained.Concat(split.HeldOut).Order(), Is.EqualTo(Enumerable.Range(0, 100)));
        Assert.That(split.HeldOut.CountBy(i => labels[i]).ToDictionary(), Is.EquivalentTo(new Dictionary<int, int> { [0] = 20, [1] = 5 }), "a class with a single sample keeps it");
        Assert.That(HeldOutSamples.Split(labels, 0.25, seed: 3).HeldOut, Is.EqualTo(split.HeldOut));
        Assert.That(HeldOutSamples.Split(labels, 0.25, seed: 4).HeldOut, Is.Not.EqualTo(split.HeldOut));
        Assert.That(HeldOutSamples.Split(labels, 0, seed: 3).Trained, Has.Length.EqualTo(100));
        Assert.That(() => HeldOutSamples.Split([0, 1], 0.5, seed: 3), Throws.TypeOf<BadInputException>().With.Message.Contains("training.validation"));
    }

    [Test]
    public void HeldOutSamples_AreNotTrainedOn()
    {
        EmittedRun run = Of(training => training with { Validation = 0.25 });
        TrainingResult result = run.Train();
        int[] heldOut = HeldOutSamples.Split(run.TrainData.Labels, 0.25, run.Seed).HeldOut;
        float[] inputs = run.TrainData.Inputs.ToArray();
        foreach (int sample in heldOut)
        {
            inputs.AsSpan(sample * run.TrainData.InputLength, run.TrainData.InputLength).Fill(7);
        }

        EmittedRun changed = Of(training => training with { Validation = 0.25 });
        changed = changed with { TrainData = new Dataset(run.TrainData.InputShape, inputs, run.TrainData.Labels.ToArray()) };
        TrainingResult other = changed.Train();

        Assert.That(changed.Model.Parameters.ToArray(), Is.EqualTo(run.Model.Parameters.ToArray()));
        Assert.That(other.Validation!.Loss, Is.Not.EqualTo(result.Validation!.Loss));
        Assert.That(result.TrainedSamples, Is.EqualTo(60 - heldOut.Length));
        Assert.That(result.History, Has.All.Property(nameof(EpochMetrics.ValidationLoss)).Not.Null);
    }

    [Test]
    public void KeepBest_GivesTheWeightsOfTheEpochWithTheLowestValidationLoss()
    {
        EmittedRun run = Of(training => training with { Epochs = 40, KeepBest = true, Optimizer = OptimizerSpec.Of(OptimizerKind.Adam) with { LearningRate = 0.1 } });
        var weights = new List<float[]>();
        TrainingResult result = run.Train(p =>
        {
            if (p.Completed is not null)
            {
                weights.Add(run.Model.Parameters.ToArray());
            }
        });

        int best = Enumerable.Range(0, 40).MinBy(i => result.History[i].ValidationLoss);
        Assert.That(best, Is.LessThan(39), "the case overfits");
        Assert.That(result.BestEpoch, Is.EqualTo(best + 1));
        Assert.That(run.Model.Parameters.ToArray(), Is.EqualTo(weights[best]));
        Assert.That(result.Checkpoint.Result, Is.EqualTo(weights[best]));
        Assert.That(result.Checkpoint.Weights, Is.EqualTo(weights[39]), "what a resumed run starts from");
        Assert.That(result.Validation!.Loss, Is.EqualTo(result.History[best].ValidationLoss));
        Assert.That(result.Final.Loss, Is.EqualTo(result.History[best].TestLoss));
    }

    [Test]
    public void Patience_StopsSoManyEpochsAfterTheBest()
    {
        EmittedRun run = Of(training => training with { Epochs = 200, Patience = 5, Optimizer = OptimizerSpec.Of(OptimizerKind.Adam) with { LearningRate = 0.1 } });
        TrainingResult result = run.Train();

        Assert.That(result.StoppedEarly, Is.True);
        Assert.That(result.Interrupted, Is.False);
        Assert.That(result.History, Has.Count.EqualTo(result.BestEpoch + 5));
    }

    [Test]
    public void Resumed_TheBitsAreThoseOfAnUninterruptedRun()
    {
        using var folder = new TemporaryFolder();
        TrainingSpec With(TrainingSpec training) => training with
        {
            Epochs = 30, Patience = 8, ClassWeights = ClassWeightsSpec.Balanced, Optimizer = OptimizerSpec.Of(OptimizerKind.Adam) with { LearningRate = 0.1 },
        };
        EmittedRun straight = Of(With);
        TrainingResult whole = straight.Train();
        EmittedRun parts = Of(With);
        using var stop = new CancellationTokenSource();
        TrainingResult first = parts.Train(p => Cancel(stop, p.Epoch == 4 && p.Batch == 3), stop.Token);
        CheckpointFile.Save(folder.File("checkpoint.safetensors"), s_spec.Model, first.Checkpoint);
        EmittedRun again = Of(With);
        TrainingResult second = again.Train(from: CheckpointFile.Load(folder.File("checkpoint.safetensors"), s_spec.Model));

        Assert.That(first.Interrupted, Is.True);
        Assert.That(again.Model.Parameters.ToArray(), Is.EqualTo(straight.Model.Parameters.ToArray()));
        Assert.That((second.BestEpoch, second.StoppedEarly, second.Final), Is.EqualTo((whole.BestEpoch, whole.StoppedEarly, whole.Final)));
        Assert.That(second.Checkpoint.Weights, Is.EqualTo(whole.Checkpoint.Weights));
    }

    [Test]
    public void ResumingWithOtherHeldOutSamples_IsRefused()
    {
        Checkpoint checkpoint = Of(training => training with { Validation = 0.25 }).Train().Checkpoint;
        Assert.That(
            () => Of(training => training with { Validation = 0.5 }).Train(from: checkpoint),
            Throws.TypeOf<BadInputException>().With.Message.Contains("training.validation"));
    }

    [Test]
    public void WeightsThatAreAllZero_AreInitialised()
    {
        Run run = Run.Of(s_spec);
        run.Train();
        Run empty = Run.Of(s_spec);
        empty.Model.Parameters.Clear();
        empty.Train();
        Assert.That(empty.Model.Parameters.ToArray(), Is.EqualTo(run.Model.Parameters.ToArray()), "the run's model was initialised with the same seed");
    }

    private static void Cancel(CancellationTokenSource stop, bool now)
    {
        if (now)
        {
            stop.Cancel();
        }
    }

    /// <summary>A run of an emitted network: the plain loops have no class weights.</summary>
    private static EmittedRun Of(Func<TrainingSpec, TrainingSpec> change) => EmittedRun.Of(s_spec with { Training = change(s_spec.Training!) });

    private sealed record EmittedRun(IPatchMoEModel Model, Dataset TrainData, Dataset TestData, ulong Seed)
    {
        public static EmittedRun Of(PatchMoESpec spec)
        {
            IPatchMoEModel model = PatchMoECompiler.Compile(spec, AssemblyCache.ForUser());
            WeightInitializer.Initialize(spec, 1, model.Parameters);
            (Dataset train, Dataset test) = DataLoader.Load(spec, null, 1, ".");
            return new EmittedRun(model, train, test, 1) { Training = spec.Training! };
        }

        public required TrainingSpec Training { get; init; }

        public TrainingResult Train(Action<TrainingProgress>? progress = null, CancellationToken cancellation = default, Checkpoint? from = null)
        {
            using var engine = new CpuEngine(Model, threads: 1);
            var trainer = new Trainer(Model, engine, Training, TrainData, TestData, new TrainerOptions { Seed = Seed });
            return trainer.Run(progress is null ? null : new Synchronous(progress), cancellation, from);
        }
    }

    /// <summary><see cref="Progress{T}"/> would call back later, on another thread.</summary>
    private sealed class Synchronous(Action<TrainingProgress> action) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => action(value);
    }
}
