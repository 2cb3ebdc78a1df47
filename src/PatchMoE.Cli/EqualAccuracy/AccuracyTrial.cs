using PatchMoE.Cli.Experiments;

namespace PatchMoE.Cli.EqualAccuracy;

/// <summary>One network with one seed.</summary>
/// <param name="Network">The network's name.</param>
/// <param name="Seed">The seed of data, initial weights and shuffling.</param>
/// <param name="Cell">The training.</param>
internal sealed record AccuracyTrial(string Network, int Seed, AccuracyCell Cell);

/// <summary>When a trial was as accurate as the network that it is compared with.</summary>
/// <param name="Trial">The trial.</param>
/// <param name="Curve">Its accuracies.</param>
/// <param name="Target">The watched accuracy of the compared network after its last epoch, with the same seed.</param>
internal sealed record EqualTrial(AccuracyTrial Trial, AccuracyCurve Curve, double Target)
{
    /// <summary>The epochs until the watched accuracy reached the target; null if it never did.</summary>
    public int? Epochs { get; } = Curve.EpochsTo(Target);

    /// <summary>The accuracy then, on the mosaics that did not choose the epoch.</summary>
    public double? Tested => Epochs is { } epochs ? Curve.Tested[epochs - 1] : null;

    /// <summary>The floating-point operations of the training until then.</summary>
    public double? Flops => Epochs is { } epochs ? TrainingFlops.Of(Trial.Cell.Spec, Samples, epochs) : null;

    /// <summary>N, the number of training samples.</summary>
    public int Samples => ((MosaicDataSpec)Trial.Cell.Spec.Data!).Train;

    /// <summary>The trials whose compared network is finished, too.</summary>
    /// <param name="trials">All trials.</param>
    /// <param name="compared">The network that sets the target.</param>
    /// <param name="find">The result of a cell; null if it is not finished.</param>
    public static IReadOnlyList<EqualTrial> Of(IReadOnlyList<AccuracyTrial> trials, string compared, Func<ICell, CellRecord?> find)
    {
        AccuracyCurve? CurveOf(AccuracyTrial trial) => find(trial.Cell) is { } record ? AccuracyCurve.Of(record.Result) : null;
        return
        [
            .. from trial in trials
               let curve = CurveOf(trial)
               let target = CurveOf(trials.Single(other => other.Network == compared && other.Seed == trial.Seed))?.Watched[^1]
               where curve is not null && target is not null
               select new EqualTrial(trial, curve, target.Value),
        ];
    }
}
