using System.Text.Json.Nodes;
using PatchMoE.Cli.Experiments;

namespace PatchMoE.Cli.Reproductions;

/// <summary>One training of a map.</summary>
/// <param name="Setting">The setting's value.</param>
/// <param name="Samples">The number of training samples.</param>
/// <param name="Seed">The seed of data, initial weights and order.</param>
/// <param name="Cell">The training.</param>
internal sealed record PhaseTrial(int Setting, int Samples, int Seed, TrainingCell Cell);

/// <summary>A cell of a map: the trials of one setting and N.</summary>
/// <param name="Setting">The setting's value.</param>
/// <param name="Samples">N.</param>
/// <param name="Accuracies">The test accuracy of each finished trial; 0 if it diverged.</param>
/// <param name="HitRates">The router hit rate of each finished trial that has one.</param>
internal sealed record PhaseEntry(int Setting, int Samples, IReadOnlyList<double> Accuracies, IReadOnlyList<double> HitRates)
{
    /// <summary>The trials of at least the accuracy that counts as success.</summary>
    public int Successes => Accuracies.Count(accuracy => accuracy >= PhaseTable.Success);

    /// <summary>Their share, 0…1.</summary>
    public double Share => (double)Successes / Accuracies.Count;
}

/// <summary>The results of a map so far.</summary>
internal sealed class PhaseTable
{
    /// <summary>The test accuracy from which on a trial succeeds.</summary>
    public const double Success = 0.95;

    /// <summary>The share of successful trials from which on N is enough.</summary>
    public const double Enough = 0.5;

    /// <summary>l* is the least l whose hit rate reaches 1 − α.</summary>
    public const double Alpha = 0.05;

    // Sums of shares: 0.95 must reach 1 − 0.05.
    private const double Rounding = 1e-9;

    private readonly Dictionary<(int Setting, int Samples), PhaseEntry> _entries;

    /// <summary>Collects the results.</summary>
    /// <param name="trials">The trainings.</param>
    /// <param name="find">The result of a training; null if it is not finished.</param>
    public PhaseTable(IReadOnlyList<PhaseTrial> trials, Func<ICell, CellRecord?> find)
    {
        Settings = [.. trials.Select(trial => trial.Setting).Distinct().Order()];
        Samples = [.. trials.Select(trial => trial.Samples).Distinct().Order()];
        _entries = trials
            .OrderBy(trial => trial.Seed)
            .Select(trial => (trial, find(trial.Cell)?.Result))
            .Where(one => one.Result is not null)
            .GroupBy(one => (one.trial.Setting, one.trial.Samples), one => one.Result!)
            .ToDictionary(group => group.Key, group => Entry(group.Key.Setting, group.Key.Samples, [.. group]));
    }

    /// <summary>The columns, ascending.</summary>
    public IReadOnlyList<int> Settings { get; }

    /// <summary>The rows, ascending.</summary>
    public IReadOnlyList<int> Samples { get; }

    /// <summary>All cells with a result, by setting, then by N.</summary>
    public IEnumerable<PhaseEntry> Entries => from setting in Settings from samples in Samples where Find(setting, samples) is not null select Find(setting, samples)!;

    public PhaseEntry? Find(int setting, int samples) => _entries.GetValueOrDefault((setting, samples));

    /// <summary>The N at which <see cref="Enough"/> of the trials succeed.</summary>
    public NeededSamples Needed(int setting) => NeededSamples.Of(
        [.. Samples.Select(samples => Find(setting, samples)).OfType<PhaseEntry>().Select(entry => (entry.Samples, entry.Share))], Enough);

    /// <summary>l* by the routers: the least setting whose mean hit rate reaches 1 − α with the most samples; null if none does.</summary>
    public int? HitThreshold => First(entry => entry.HitRates.Count > 0 && entry.HitRates.Average() >= 1 - Alpha - Rounding);

    /// <summary>l* as the map shows it: the least setting with which <see cref="Enough"/> of the trials succeed with the most samples; null if there is none.</summary>
    public int? MapThreshold => First(entry => entry.Share >= Enough);

    /// <summary>Neighbours in a column, N ascending, whose share of successes falls by more than two standard errors of their difference: where the map is not monotone.</summary>
    public IEnumerable<(PhaseEntry Low, PhaseEntry High)> Inversions =>
        from setting in Settings
        let column = Samples.Select(samples => Find(setting, samples)).OfType<PhaseEntry>().ToArray()
        from pair in column.Zip(column.Skip(1))
        where pair.First.Share - pair.Second.Share > 2 * DifferenceError(pair.First, pair.Second)
        select pair;

    private int? First(Func<PhaseEntry, bool> isEnough) =>
        Settings.Select(setting => Find(setting, Samples[^1])).OfType<PhaseEntry>().FirstOrDefault(isEnough)?.Setting;

    /// <summary>The standard error of the difference of two shares, of their pooled share.</summary>
    private static double DifferenceError(PhaseEntry a, PhaseEntry b)
    {
        double share = (double)(a.Successes + b.Successes) / (a.Accuracies.Count + b.Accuracies.Count);
        return Math.Sqrt(share * (1 - share) * ((1.0 / a.Accuracies.Count) + (1.0 / b.Accuracies.Count)));
    }

    private static PhaseEntry Entry(int setting, int samples, IReadOnlyList<JsonObject> results) => new(
        setting,
        samples,
        [.. results.Select(result => (double?)result["testAccuracy"] ?? 0)],
        [.. results.Select(result => (double?)result["routerHitRate"]).OfType<double>()]);
}
