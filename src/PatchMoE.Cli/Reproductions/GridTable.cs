using System.Globalization;
using System.Text;
using PatchMoE.Cli.Experiments;

namespace PatchMoE.Cli.Reproductions;

/// <summary>The accuracies of one network for one number of samples, over the seeds.</summary>
/// <param name="Network">The network.</param>
/// <param name="Samples">The number of training samples.</param>
/// <param name="Accuracies">One for each finished seed, in their order.</param>
internal sealed record GridEntry(string Network, int Samples, IReadOnlyList<double> Accuracies)
{
    public double Mean => Accuracies.Average();

    /// <summary>The standard deviation over the seeds (n − 1); null for one seed.</summary>
    public double? Deviation => Accuracies.Count < 2
        ? null
        : Math.Sqrt(Accuracies.Sum(accuracy => Math.Pow(accuracy - Mean, 2)) / (Accuracies.Count - 1));
}

/// <summary>The results of a grid so far.</summary>
internal sealed class GridTable
{
    /// <summary>Collects the results of a grid.</summary>
    /// <param name="networks">The columns.</param>
    /// <param name="samples">The rows.</param>
    /// <param name="trials">The trainings.</param>
    /// <param name="find">The result of a training; null if it is not finished.</param>
    public GridTable(IReadOnlyList<string> networks, IReadOnlyList<int> samples, IEnumerable<GridTrial> trials, Func<ICell, CellRecord?> find)
    {
        (Networks, Samples) = (networks, samples);
        ILookup<(string, int), double> groups = trials
            .OrderBy(trial => trial.Seed)
            .Select(trial => (trial, accuracy: (double?)find(trial.Cell)?.Result["testAccuracy"]))
            .Where(one => one.accuracy is not null)
            .ToLookup(one => (one.trial.Network, one.trial.Samples), one => one.accuracy!.Value);
        Entries =
        [
            .. from count in samples
               from network in networks
               where groups.Contains((network, count))
               select new GridEntry(network, count, [.. groups[(network, count)]]),
        ];
    }

    /// <summary>The networks, in the order of the columns.</summary>
    public IReadOnlyList<string> Networks { get; }

    /// <summary>The numbers of training samples, ascending.</summary>
    public IReadOnlyList<int> Samples { get; }

    /// <summary>All entries with a result, in the table's order.</summary>
    public IReadOnlyList<GridEntry> Entries { get; }

    public GridEntry? Find(string network, int samples) => Entries.FirstOrDefault(entry => entry.Network == network && entry.Samples == samples);

    /// <summary>Mean ± standard deviation; a dash if nothing is finished.</summary>
    public static string Text(GridEntry? entry) => entry switch
    {
        null => "–",
        { Deviation: { } deviation } => string.Create(CultureInfo.InvariantCulture, $"{entry.Mean:0.000} ± {deviation:0.000}"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{entry.Mean:0.000}"),
    };

    public string ToMarkdown()
    {
        var text = new StringBuilder();
        text.Append("| samples |").AppendJoin("", Networks.Select(network => $" {network} |")).Append('\n');
        text.Append("|---|").AppendJoin("", Networks.Select(_ => "---|")).Append('\n');
        foreach (int samples in Samples)
        {
            text.Append(CultureInfo.InvariantCulture, $"| {samples} |").AppendJoin("", Networks.Select(network => $" {Text(Find(network, samples))} |")).Append('\n');
        }

        return text.ToString();
    }
}
