using PatchMoE.Cli.EqualAccuracy;

namespace PatchMoE.Cli.Reproductions;

/// <summary>What one network costs.</summary>
/// <param name="Network">The spec's name.</param>
/// <param name="Spec">Its spec, of whatever seed.</param>
/// <param name="Trials">The finished seeds.</param>
/// <param name="Measured">What it took on this machine; null if it was not measured.</param>
internal sealed record CostRow(string Network, PatchMoESpec Spec, IReadOnlyList<EqualTrial> Trials, NetworkMeasurement? Measured)
{
    /// <summary>What its passes must compute.</summary>
    public NetworkCost Cost { get; } = NetworkCost.Of(Spec.Model);

    public string Name => CostTable.NameOf(Network);

    /// <summary>Epochs to the target.</summary>
    public MedianOverSeeds? Epochs { get; } = MedianOverSeeds.Of([.. Trials.Select(trial => (double?)trial.Epochs)]);

    /// <summary>The accuracy then, on the mosaics that did not choose the epoch.</summary>
    public MedianOverSeeds? Tested { get; } = MedianOverSeeds.Of([.. Trials.Select(trial => trial.Tested)]);

    /// <summary>FLOPs of one epoch of training.</summary>
    public double EpochFlops { get; } = EqualAccuracy.TrainingFlops.Epoch(Spec, ((MosaicDataSpec)Spec.Data!).Train);

    /// <summary>FLOPs of the training to the target.</summary>
    public MedianOverSeeds? TrainingFlops { get; } = MedianOverSeeds.Of([.. Trials.Select(trial => trial.Flops)]);

    /// <summary>Seconds of the training to the target.</summary>
    public MedianOverSeeds? TrainingSeconds { get; } = MedianOverSeeds.Of(Measured?.TrainingSeconds ?? []);

    /// <summary>The accuracy after the last epoch, on the same mosaics as <see cref="Tested"/>.</summary>
    public MedianOverSeeds? Final { get; } = MedianOverSeeds.Of([.. Trials.Select(trial => (double?)trial.Curve.Tested[^1])]);

    /// <summary>Epochs to an accuracy that is the same for all seeds, and for how many seeds it is ever reached.</summary>
    public (MedianOverSeeds? Epochs, int Reached) To(double accuracy)
    {
        int?[] epochs = [.. Trials.Select(trial => trial.Curve.EpochsTo(accuracy))];
        return (MedianOverSeeds.Of([.. epochs.Select(one => (double?)one)]), epochs.Count(one => one is not null));
    }

    /// <summary>FLOPs of the training to an accuracy that is the same for all seeds.</summary>
    public MedianOverSeeds? FlopsTo(double accuracy) => MedianOverSeeds.Of(
        [.. Trials.Select(trial => trial.Curve.EpochsTo(accuracy) is { } epochs ? (double?)EqualAccuracy.TrainingFlops.Of(Spec, trial.Samples, epochs) : null)]);
}

/// <summary>The costs of all networks.</summary>
internal sealed class CostTable
{
    /// <summary>The network whose accuracy is the target, and that the others are compared with.</summary>
    public const string Compared = "mnist-cnn";

    /// <summary>Collects what is finished.</summary>
    /// <param name="planned">All trials.</param>
    /// <param name="finished">Those whose target is known.</param>
    /// <param name="measured">What was measured on this machine; null for nothing.</param>
    public CostTable(IReadOnlyList<AccuracyTrial> planned, IReadOnlyList<EqualTrial> finished, CostMeasurements? measured)
    {
        (Planned, Finished, Measured) = (planned, finished, measured);
        Rows =
        [
            .. Networks.Select(network => new CostRow(
                network,
                planned.First(trial => trial.Network == network).Cell.Spec,
                [.. finished.Where(trial => trial.Trial.Network == network)],
                measured?.Networks.SingleOrDefault(one => one.Network == network))),
        ];
    }

    /// <summary>The networks, the compared one first.</summary>
    public static IReadOnlyList<string> Networks { get; } = [Compared, "mnist-joint", "mnist-separate", "mnist-sample-moe"];

    public IReadOnlyList<AccuracyTrial> Planned { get; }

    public IReadOnlyList<EqualTrial> Finished { get; }

    public CostMeasurements? Measured { get; }

    /// <summary>The networks' costs, in the order of <see cref="Networks"/>.</summary>
    public IReadOnlyList<CostRow> Rows { get; }

    public static string NameOf(string network) => network switch
    {
        Compared => "CNN",
        "mnist-joint" => "pMoE, joint",
        "mnist-separate" => "pMoE, separate",
        _ => "sample-level MoE",
    };

    /// <summary>A network's value as a share of the compared network's; null if one of them is missing.</summary>
    /// <param name="row">The network.</param>
    /// <param name="value">The value.</param>
    public double? Share(CostRow row, Func<CostRow, double?> value) => value(row) / value(Rows[0]);
}
