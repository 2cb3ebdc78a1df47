using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using PatchMoE.Cli.Bags;
using PatchMoE.Cli.Experiments;
using PatchMoE.Reports;

namespace PatchMoE.Cli.Reproductions;

/// <summary>The results of the experiment so far.</summary>
internal sealed class MilTable
{
    private readonly IReadOnlyList<MilTrial> _trials;
    private readonly Func<ICell, CellRecord?> _find;

    /// <summary>Collects the results.</summary>
    /// <param name="trials">The trainings.</param>
    /// <param name="find">The result of a training; null if it is not finished.</param>
    public MilTable(IReadOnlyList<MilTrial> trials, Func<ICell, CellRecord?> find)
    {
        (_trials, _find) = (trials, find);
        Entries = [.. trials.Where(trial => find(trial.Cell) is not null).GroupBy(trial => (trial.Network, trial.Bags, trial.Method)).Select(Entry).OrderBy(entry => entry.Bags)];
        Methods = [.. trials.Select(trial => trial.Method).Distinct()];
        Networks = [.. trials.Select(trial => trial.Network).Distinct().OrderBy(network => Bags(network).Mean)];
    }

    /// <summary>All with a result, by ascending numbers of bags.</summary>
    public IReadOnlyList<MilEntry> Entries { get; }

    /// <summary>The methods, in the order of the experiment.</summary>
    public IReadOnlyList<string> Methods { get; }

    /// <summary>The networks, which give the sizes of the bags, the smallest first.</summary>
    public IReadOnlyList<string> Networks { get; }

    /// <summary>The distribution of the sizes of a network's bags, for example <c>N(10, 2)</c>.</summary>
    public string Sizes(string network) => string.Create(CultureInfo.InvariantCulture, $"N({Bags(network).Mean}, {Bags(network).Deviation})");

    /// <summary>The results of a method on bags of a network's sizes.</summary>
    public IEnumerable<MilEntry> Of(string network, string method) => Entries.Where(entry => entry.Network == network && entry.Method == method);

    /// <summary>A table for each size of bags: a number of bags in a row, a method in a column.</summary>
    /// <param name="title">What the numbers are.</param>
    /// <param name="value">One of an entry.</param>
    public string ToMarkdown(string title, Func<MilEntry, string> value)
    {
        var text = new StringBuilder();
        foreach (string network in Networks)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n{title}, bags of {Sizes(network)} digits:\n\n| bags |").AppendJoin("", Methods.Select(method => $" {method} |"));
            text.Append("\n|---|").AppendJoin("", Methods.Select(_ => "---|")).Append('\n');
            foreach (IGrouping<int, MilEntry> row in Entries.Where(entry => entry.Network == network).GroupBy(entry => entry.Bags))
            {
                text.Append(CultureInfo.InvariantCulture, $"| {row.Key} |")
                    .AppendJoin("", Methods.Select(method => $" {(row.FirstOrDefault(entry => entry.Method == method) is { } entry ? value(entry) : "–")} |")).Append('\n');
            }
        }

        return text.ToString();
    }

    /// <summary>A row for each training, without durations: the same however often it was interrupted.</summary>
    public ReportTable Rows()
    {
        var table = new ReportTable(
            new("network"), new("method"), new("bags"), new("seed"), new("auc", "0.000"), new("testAccuracy", "0.000"), new("pickedIsPositive", "0.000"), new("weights"));
        foreach (MilTrial trial in _trials)
        {
            if (_find(trial.Cell)?.Result is { } result)
            {
                table.Add(
                    trial.Network, trial.Method, trial.Bags, trial.Seed, (double)result["auc"]!, (double)result["testAccuracy"]!, (double)result["pickedIsPositive"]!, (int)result["weights"]!);
            }
        }

        return table;
    }

    private BagsDataSpec Bags(string network) => (BagsDataSpec)_trials.First(trial => trial.Network == network).Cell.Spec.Data!;

    private MilEntry Entry(IGrouping<(string Network, int Bags, string Method), MilTrial> trials)
    {
        JsonObject[] results = [.. trials.OrderBy(trial => trial.Seed).Select(trial => _find(trial.Cell)!.Result)];
        double[] Of(string name) => [.. results.Select(result => (double)result[name]!)];
        return new MilEntry(
            trials.Key.Network, trials.Key.Method, trials.Key.Bags, Of("auc"), Of("testAccuracy"), Of("pickedIsPositive"), Median.Of(Of("secondsPerEpoch")), (int)results[0]["weights"]!);
    }
}
