using System.Globalization;
using PatchMoE.Cli.Experiments;

namespace PatchMoE.Cli.Reproductions;

/// <summary>The results of one network for one number of samples, over the seeds.</summary>
/// <param name="Network">The network.</param>
/// <param name="Samples">The number of training samples.</param>
/// <param name="Values">One for each finished seed, in their order.</param>
internal sealed record GridEntry(string Network, int Samples, IReadOnlyList<double> Values)
{
    /// <summary>Mean and standard deviation.</summary>
    public Spread Spread { get; } = Spread.Of(Values);
}

/// <summary>One measured value of a grid of networks × numbers of samples, as far as it is known.</summary>
internal sealed class GridTable
{
    /// <summary>The name of the test accuracy in a cell's result.</summary>
    public const string TestAccuracy = "testAccuracy";

    /// <summary>Collects the results of a grid.</summary>
    /// <param name="networks">The columns.</param>
    /// <param name="samples">The rows.</param>
    /// <param name="trials">The trainings.</param>
    /// <param name="find">The result of a training; null if it is not finished.</param>
    /// <param name="value">The value's name in the results; those without it are left out.</param>
    public GridTable(IReadOnlyList<string> networks, IReadOnlyList<int> samples, IEnumerable<GridTrial> trials, Func<ICell, CellRecord?> find, string value = TestAccuracy)
    {
        (Networks, Samples) = (networks, samples);
        ILookup<(string, int), double> groups = trials
            .OrderBy(trial => trial.Seed)
            .Select(trial => (trial, value: (double?)find(trial.Cell)?.Result[value]))
            .Where(one => one.value is not null)
            .ToLookup(one => (one.trial.Network, one.trial.Samples), one => one.value!.Value);
        Entries =
        [
            .. from count in samples
               from network in networks
               where groups.Contains((network, count))
               select new GridEntry(network, count, [.. groups[(network, count)]]),
        ];
    }

    private GridTable(IReadOnlyList<string> networks, IReadOnlyList<int> samples, IReadOnlyList<GridEntry> entries) => (Networks, Samples, Entries) = (networks, samples, entries);

    /// <summary>The networks, in the order of the columns.</summary>
    public IReadOnlyList<string> Networks { get; }

    /// <summary>The numbers of training samples, ascending.</summary>
    public IReadOnlyList<int> Samples { get; }

    /// <summary>All entries with a result, in the table's order.</summary>
    public IReadOnlyList<GridEntry> Entries { get; }

    public GridEntry? Find(string network, int samples) => Entries.FirstOrDefault(entry => entry.Network == network && entry.Samples == samples);

    /// <summary>The grid without the networks that have no such value.</summary>
    public GridTable OfNetworksWithResults() => Of([.. Entries.Select(entry => entry.Network)]);

    /// <summary>Those of some networks that it has.</summary>
    public GridTable Of(IReadOnlyCollection<string> networks) =>
        new([.. Networks.Where(networks.Contains)], Samples, [.. Entries.Where(entry => networks.Contains(entry.Network))]);

    /// <summary>The N from which on a network's mean reaches a target.</summary>
    public NeededSamples Needed(string network, double target) => NeededSamples.Of(
        [.. Entries.Where(entry => entry.Network == network).Select(entry => (entry.Samples, entry.Spread.Mean))], target);

    /// <summary>Mean ± standard deviation for each entry, a dash where nothing is finished.</summary>
    public string ToMarkdown() => MarkdownTable.Of(["samples", .. Networks], Samples.Select(samples => (string[])
    [
        samples.ToString(CultureInfo.InvariantCulture),
        .. Networks.Select(network => Find(network, samples)?.Spread.ToString() ?? "–"),
    ]));
}
