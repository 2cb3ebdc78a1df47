namespace PatchMoE.Tests;

/// <summary>A training run of a <see cref="LoopModel"/> on its spec's data.</summary>
internal sealed record Run(LoopModel Model, Dataset TrainData, Dataset TestData, ulong Seed)
{
    public static Run Of(PatchMoESpec spec, ulong seed = 1)
    {
        (Dataset train, Dataset test) = DataLoader.Load(spec, null, 1, ".");
        return new Run(new LoopModel(spec), train, test, seed);
    }

    public TrainingResult Train(
        Action<TrainingProgress>? progress = null, CancellationToken cancellation = default, Checkpoint? from = null, Action<Checkpoint>? save = null, int every = 1)
    {
        using var engine = new CpuEngine(Model, threads: 1);
        var options = new TrainerOptions { Seed = Seed, SaveCheckpoint = save, CheckpointEvery = every };
        return new Trainer(Model, engine, Model.Spec.Training!, TrainData, TestData, options).Run(progress is null ? null : new Synchronous(progress), cancellation, from);
    }

    /// <summary><see cref="Progress{T}"/> would call back later, on another thread.</summary>
    private sealed class Synchronous(Action<TrainingProgress> action) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => action(value);
    }
}
