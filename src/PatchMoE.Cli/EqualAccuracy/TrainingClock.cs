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
/// Times one training on one thread, several times over. Each epoch counts with its median over the repeats: a training takes long enough for other
/// processes to get in its way somewhere each time, but not twice in the same epoch.
/// </summary>
/// <param name="spec">The spec with its <c>training</c> section; all its epochs are run.</param>
/// <param name="train">The training samples.</param>
/// <param name="few">Any samples of the same kind; the trainer tests on them at its end, which is not timed.</param>
internal sealed class TrainingClock(PatchMoESpec spec, Dataset train, Dataset few)
{
    private readonly List<double[]> _repeats = [];
    private int _networkEpochs;

    /// <summary>The model as the last repeat has trained it.</summary>
    public IPatchMoEModel Model { get; } = CompiledModel.Load(spec);

    /// <summary>The duration of the training in seconds, without tests: preparation, routers that learn first, and all epochs.</summary>
    /// <exception cref="InvalidOperationException">It was not run.</exception>
    public double Seconds => Parts().Sum();

    /// <summary>The median duration of the epochs in which the network itself learns, in seconds.</summary>
    /// <exception cref="InvalidOperationException">It was not run.</exception>
    public double EpochSeconds => Timing.Of(Parts()[^_networkEpochs..]).Median;

    /// <summary>Runs and times the training once more.</summary>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public void Repeat(CancellationToken cancellation)
    {
        ulong seed = (ulong)spec.Training!.Seed;
        WeightInitializer.Initialize(spec, seed, Model.Parameters);
        using var engine = new CpuEngine(Model, threads: 1);
        var trainer = new Trainer(Model, engine, spec.Training, train, few, new TrainerOptions { Seed = seed, TestEvery = 0, Notices = false });
        var preparation = new FirstUpdate();
        TrainingResult result = trainer.Run(preparation, cancellation);
        cancellation.ThrowIfCancellationRequested();
        _networkEpochs = result.History.Count(epoch => epoch.Phase != TrainingPhase.Routers);
        _repeats.Add([preparation.Seconds, .. result.History.Select(epoch => train.Count / epoch.SamplesPerSecond)]);
    }

    /// <summary>The preparation, then all epochs, each with its median.</summary>
    private double[] Parts() => _repeats.Count == 0
        ? throw new InvalidOperationException("There is no repeat.")
        : [.. Enumerable.Range(0, _repeats[0].Length).Select(part => Timing.Of([.. _repeats.Select(repeat => repeat[part])]).Median)];

    /// <summary>The time until the first update is made.</summary>
    private sealed class FirstUpdate : IProgress<TrainingProgress>
    {
        private readonly long _started = Stopwatch.GetTimestamp();

        public double Seconds { get; private set; }

        public void Report(TrainingProgress value)
        {
            if (Seconds == 0)
            {
                Seconds = Stopwatch.GetElapsedTime(_started).TotalSeconds;
            }
        }
    }
}
