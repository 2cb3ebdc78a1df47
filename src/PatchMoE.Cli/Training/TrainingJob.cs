using PatchMoE.Cli.Backends;
using PatchMoE.Cli.Outputs;
using PatchMoE.Formats;
using PatchMoE.Initialization;
using PatchMoE.Reports.TensorBoard;
using PatchMoE.Training;
using PatchMoE.Training.Collectives;
using PatchMoE.Training.Data;
using PatchMoE.Training.Engines;
using PatchMoE.Training.Runs;

namespace PatchMoE.Cli.Training;

/// <summary>All that the trainings of one command have in common: they differ in the seed and the folder.</summary>
/// <param name="Spec">The spec with its <c>training</c> section.</param>
/// <param name="Data">The data.</param>
/// <param name="Backend">What computes.</param>
/// <param name="Request">What the engine is created for.</param>
/// <param name="EventFolder">The folder of TensorBoard's event file; null for none.</param>
/// <param name="Context">Streams, and Ctrl-C.</param>
internal sealed record TrainingJob(
    PatchMoESpec Spec, LoadedData Data, BackendEntry Backend, EngineRequest Request, string? EventFolder, CommandContext Context)
{
    /// <summary>The processes that train together; null for this one alone.</summary>
    public ICollective? Collective { get; init; }

    /// <summary>Whether MPI adds up the gradients.</summary>
    public bool PlainSum { get; init; }

    /// <summary>The <c>training</c> section.</summary>
    public TrainingSpec Training => Spec.Training!;

    /// <summary>Trains with one seed and writes checkpoint, weights, metrics and events.</summary>
    /// <param name="seed">The seed of initial weights and shuffling; held-out samples are always chosen with the spec's.</param>
    /// <param name="folder">Where files go; null for a process that writes none.</param>
    /// <param name="checkpoint">Where to resume; null to start.</param>
    /// <param name="events">The folder of the event file; null for none.</param>
    /// <returns>The result, and the weights that the run gives.</returns>
    public (TrainingResult Result, WeightBuffer Weights) Run(ulong seed, RunFolder? folder, Checkpoint? checkpoint, string? events)
    {
        var weights = new WeightBuffer(Spec);
        WeightInitializer.Initialize(Spec, seed, weights.Parameters);
        using ITrainingEngine engine = Context.Compute(() => Backend.Start(Request, Context.Error));
        var log = new EventLog(events, checkpoint?.History ?? []);
        var options = new TrainerOptions
        {
            Seed = seed,
            HeldOutSeed = (ulong)Training.Seed,
            Collective = Collective,
            PlainSum = PlainSum,
            SaveCheckpoint = folder is null ? null : state =>
            {
                folder.WriteCheckpoint(Spec, Data.Metadata, state);
                log.Write();
            },
        };
        var trainer = new Trainer(weights, engine, Training, Data.Train, Data.Test, options);
        TrainingResult Watched(IProgress<TrainingProgress> progress) => trainer.Run(log.Before(progress), Context.Cancellation, checkpoint);
        TrainingResult result = Context.IsWatched ? BarProgress.Watch(Context.Error, Watched) : Watched(new PlainProgress(Context.Error));
        folder?.WriteCheckpoint(Spec, Data.Metadata, result.Checkpoint);
        log.Write();
        return (result, weights);
    }

    /// <summary>Notes when each epoch ended, and writes the event file.</summary>
    private sealed class EventLog(string? folder, IReadOnlyList<EpochMetrics> before) : IProgress<TrainingProgress>
    {
        private readonly List<TimedEpoch> _epochs = [.. before.Select(epoch => new TimedEpoch(epoch, DateTimeOffset.UtcNow))];
        private IProgress<TrainingProgress>? _next;

        public IProgress<TrainingProgress> Before(IProgress<TrainingProgress> next)
        {
            _next = next;
            return folder is null ? next : this;
        }

        public void Report(TrainingProgress value)
        {
            if (value.Completed is { } epoch)
            {
                _epochs.Add(new TimedEpoch(epoch, DateTimeOffset.UtcNow));
            }

            _next?.Report(value);
        }

        public void Write()
        {
            if (folder is not null)
            {
                OutputFolder.Create(folder);
                AtomicFile.Write(Path.Combine(folder, EventFile.Name), stream => EventFile.Write(stream, _epochs));
            }
        }
    }
}
