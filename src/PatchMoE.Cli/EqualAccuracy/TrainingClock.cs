using System.Diagnostics;
using PatchMoE.Cli.Inputs;
using PatchMoE.Initialization;
using PatchMoE.Measurement;
using PatchMoE.Training;
using PatchMoE.Training.Data;
using PatchMoE.Training.Engines;
using PatchMoE.Training.Runs;

namespace PatchMoE.Cli.EqualAccuracy;

/// <summary>
/// Times one training on one thread, several times over. An epoch counts with its median update, times their number, and of the repeats with the median: an update takes
/// less than a processor is lent to a process for, so that those in which another process gets in the way are few, while hardly any epoch is without one.
/// </summary>
/// <param name="spec">The spec with its <c>training</c> section; all its epochs are run.</param>
/// <param name="train">The training samples.</param>
/// <param name="few">Any samples of the same kind; the trainer tests on them at its end, which is not timed.</param>
internal sealed class TrainingClock(PatchMoESpec spec, Dataset train, Dataset few)
{
    private readonly List<Repetition> _repetitions = [];

    /// <summary>The model as the last repeat has trained it.</summary>
    public IPatchMoEModel Model { get; } = CompiledModel.Load(spec);

    /// <summary>The duration of the training in seconds, without tests: preparation (the shortest), routers that learn first, and all epochs.</summary>
    /// <exception cref="InvalidOperationException">It was not run.</exception>
    public double Seconds => Epochs(_ => true).Sum() + _repetitions.Min(one => one.Preparation);

    /// <summary>The median duration of the epochs in which the network itself learns, in seconds.</summary>
    /// <exception cref="InvalidOperationException">It was not run.</exception>
    public double EpochSeconds => Timing.Of(Epochs(phase => phase != TrainingPhase.Routers)).Median;

    /// <summary>Runs and times the training once more.</summary>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public void Repeat(CancellationToken cancellation)
    {
        ulong seed = (ulong)spec.Training!.Seed;
        WeightInitializer.Initialize(spec, seed, Model.Parameters);
        using var engine = new CpuEngine(Model, threads: 1);
        var trainer = new Trainer(Model, engine, spec.Training, train, few, new TrainerOptions { Seed = seed, TestEvery = 0, Notices = false });
        var repetition = new Repetition();
        trainer.Run(repetition, cancellation);
        cancellation.ThrowIfCancellationRequested();
        _repetitions.Add(repetition);
    }

    private double[] Epochs(Func<TrainingPhase, bool> counts)
    {
        if (_repetitions.Count == 0)
        {
            throw new InvalidOperationException("The training was not run.");
        }

        return
        [
            .. from epoch in Enumerable.Range(0, _repetitions[0].Epochs.Count)
               where counts(_repetitions[0].Epochs[epoch].Phase)
               select Timing.Of([.. _repetitions.Select(one => one.Epochs[epoch].Seconds)]).Median,
        ];
    }

    /// <summary>Notes when each update was made.</summary>
    private sealed class Repetition : IProgress<TrainingProgress>
    {
        private readonly List<double> _updates = [];
        private long _last = Stopwatch.GetTimestamp();

        /// <summary>The time until the first update is made.</summary>
        public double Preparation { get; private set; }

        public List<(TrainingPhase Phase, double Seconds)> Epochs { get; } = [];

        public void Report(TrainingProgress value)
        {
            double seconds = Stopwatch.GetElapsedTime(_last).TotalSeconds;
            if (value.Completed is not null)
            {
                Epochs.Add((value.Phase, Timing.Of(_updates).Median * value.Batches));
                _updates.Clear();
            }
            else if (value.Batch > 1 || value.Batches == 1)
            {
                // Before the first update of an epoch there is more than the update.
                _updates.Add(seconds);
            }
            else if (Epochs.Count == 0)
            {
                Preparation = seconds;
            }

            _last = Stopwatch.GetTimestamp();
        }
    }
}
