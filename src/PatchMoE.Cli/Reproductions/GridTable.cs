using System.Globalization;
using System.Text;

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
    public GridTable(Reproduction reproduction, IEnumerable<CellResult> results)
    {
        Reproduction = reproduction;
        ILookup<(string, int), CellResult> groups = results.OrderBy(result => result.Seed).ToLookup(result => (result.Network, result.Samples));
        Entries =
        [
            .. from samples in reproduction.Samples
               from network in reproduction.Networks
               where groups.Contains((network, samples))
               select new GridEntry(network, samples, [.. groups[(network, samples)].Select(result => result.TestAccuracy)]),
        ];
    }

    public Reproduction Reproduction { get; }

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
        text.Append("| samples |").AppendJoin("", Reproduction.Networks.Select(network => $" {network} |")).Append('\n');
        text.Append("|---|").AppendJoin("", Reproduction.Networks.Select(_ => "---|")).Append('\n');
        foreach (int samples in Reproduction.Samples)
        {
            text.Append(CultureInfo.InvariantCulture, $"| {samples} |").AppendJoin("", Reproduction.Networks.Select(network => $" {Text(Find(network, samples))} |")).Append('\n');
        }

        return text.ToString();
    }
}
