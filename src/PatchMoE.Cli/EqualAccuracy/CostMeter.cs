using PatchMoE.Cli.Experiments;
using PatchMoE.Cli.Outputs;
using PatchMoE.Measurement;
using PatchMoE.Training.Data;

namespace PatchMoE.Cli.EqualAccuracy;

/// <summary>
/// Measures times and memory in this process, with nothing beside it: the networks take turns, so that a slow minute of the machine is slow for all of them.
/// </summary>
/// <param name="trials">The finished trials, all networks with every seed.</param>
/// <param name="repeats">How often each training is run, ≥ 1.</param>
/// <param name="dataFolder">The folder with the idx files of MNIST.</param>
/// <param name="context">The command's context.</param>
internal sealed class CostMeter(IReadOnlyList<EqualTrial> trials, int repeats, string dataFolder, CommandContext context)
{
    private const int Batch = 100;
    private const int SinglePasses = 400;
    private const int BatchPasses = 40;
    private const int PredictionTurns = 5;
    private const int FootprintRuns = 3;

    private readonly Dictionary<string, List<double?>> _training = trials.Select(trial => trial.Trial.Network).Distinct().ToDictionary(network => network, _ => new List<double?>());
    private readonly Dictionary<string, (double Epoch, double Single, double Batch)> _first = [];

    /// <summary>Measures all.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public CostMeasurements Run()
    {
        foreach (IGrouping<int, EqualTrial> seed in trials.GroupBy(trial => trial.Trial.Seed))
        {
            context.Error.WriteLine(FormattableString.Invariant($"measuring the trainings of seed {seed.Key}, one after another"));
            Train([.. seed]);
        }

        context.Error.WriteLine("measuring the memory of processes");
        EqualTrial[] first = [.. trials.DistinctBy(trial => trial.Trial.Network)];
        long? data = Peak(FootprintTask.Data, first[0]);
        IReadOnlyList<NetworkMeasurement> networks =
        [
            .. first.Select(trial => new NetworkMeasurement(
                trial.Trial.Network,
                _training[trial.Trial.Network],
                _first[trial.Trial.Network].Epoch,
                _first[trial.Trial.Network].Single,
                _first[trial.Trial.Network].Batch,
                Peak(FootprintTask.Train, trial),
                Peak(FootprintTask.Predict, trial))),
        ];
        return new CostMeasurements(networks, data, repeats, LoadAverage());
    }

    /// <summary>Times the trainings of one seed, and of the first one also the predictions of the trained networks.</summary>
    private void Train(IReadOnlyList<EqualTrial> seed)
    {
        (Dataset train, Dataset held) = CellData.Load(seed[0].Trial.Cell.Spec, dataFolder, dataFolder, new SharedData(1));
        TrainingClock Clock(EqualTrial trial) => new(Until(trial), train, held.First(2));
        bool isFirst = _first.Count == 0;
        if (isFirst)
        {
            // What runs for the first time is compiled meanwhile.
            Array.ForEach([.. seed.Select(Clock)], clock => clock.Repeat(context.Cancellation));
        }

        // What never reaches its target is only timed where it is also to predict.
        EqualTrial[] timed = [.. seed.Where(trial => isFirst || trial.Epochs is not null)];
        TrainingClock[] clocks = [.. timed.Select(Clock)];
        for (int repeat = 0; repeat < repeats; repeat++)
        {
            Array.ForEach(clocks, clock => clock.Repeat(context.Cancellation));
        }

        foreach (EqualTrial trial in seed)
        {
            _training[trial.Trial.Network].Add(trial.Epochs is null ? null : clocks[Array.IndexOf(timed, trial)].Seconds);
        }

        if (isFirst)
        {
            double[] single = Predict(clocks, held, 1, SinglePasses);
            double[] batch = Predict(clocks, held, Math.Min(Batch, held.Count), BatchPasses);
            for (int i = 0; i < clocks.Length; i++)
            {
                _first[timed[i].Trial.Network] = (clocks[i].EpochSeconds, single[i], batch[i]);
            }
        }
    }

    private double[] Predict(TrainingClock[] trained, Dataset samples, int batch, int passes)
    {
        PredictionClock[] clocks = [.. trained.Select(clock => new PredictionClock(clock.Model, samples, batch))];
        Array.ForEach(clocks, clock => clock.WarmUp(context.Cancellation));
        for (int turn = 0; turn < PredictionTurns; turn++)
        {
            Array.ForEach(clocks, clock => clock.Repeat(passes, context.Cancellation));
        }

        double[] seconds = [.. clocks.Select(clock => clock.SecondsPerSample)];
        Array.ForEach(clocks, clock => clock.Dispose());
        return seconds;
    }

    private long? Peak(FootprintTask task, EqualTrial trial)
    {
        var peaks = new List<double>();
        for (int repeat = 0; repeat < FootprintRuns; repeat++)
        {
            context.Cancellation.ThrowIfCancellationRequested();
            if (Footprint.Measure(task, trial.Trial.Cell.Spec, dataFolder) is { } bytes)
            {
                peaks.Add(bytes);
            }
        }

        return peaks.Count == 0 ? null : (long)Timing.Of(peaks).Median;
    }

    /// <summary>The training that ends when the target is reached. The learning rate of these networks does not depend on the number of epochs.</summary>
    private static PatchMoESpec Until(EqualTrial trial)
    {
        PatchMoESpec spec = trial.Trial.Cell.Spec;
        return spec with { Training = spec.Training! with { Epochs = trial.Epochs ?? spec.Training.Epochs } };
    }

    private static double? LoadAverage() => File.Exists("/proc/loadavg")
        ? double.Parse(File.ReadAllText("/proc/loadavg").Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture)
        : null;
}
