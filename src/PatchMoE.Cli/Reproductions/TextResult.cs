using System.Globalization;
using PatchMoE.Cli.Experiments;

namespace PatchMoE.Cli.Reproductions;

/// <summary>The accuracies of networks on texts: against N without irrelevant sentences, and against k with the most training texts.</summary>
internal sealed class TextResult
{
    private readonly List<TextEntry> _entries;

    /// <summary>Collects what is finished.</summary>
    public TextResult(IReadOnlyList<TextTrial> trials, Func<ICell, CellRecord?> find)
    {
        Networks = [.. trials.Select(trial => trial.Network).Distinct()];
        Samples = [.. trials.Select(trial => trial.Samples).Distinct().Order()];
        Irrelevant = [.. trials.Select(trial => trial.Irrelevant).Distinct().Order()];
        _entries =
        [
            .. from trial in trials
               let accuracy = (double?)find(trial.Cell)?.Result[GridTable.TestAccuracy]
               where accuracy is not null
               group (trial.Seed, accuracy.Value) by (trial.Network, trial.Samples, trial.Irrelevant) into same
               select new TextEntry(same.Key.Network, same.Key.Samples, same.Key.Irrelevant, same.ToDictionary(one => one.Seed, one => one.Value)),
        ];
    }

    /// <summary>The networks, in the order of the columns.</summary>
    public IReadOnlyList<string> Networks { get; }

    /// <summary>The numbers of training texts, ascending.</summary>
    public IReadOnlyList<int> Samples { get; }

    /// <summary>The numbers of irrelevant sentences, ascending.</summary>
    public IReadOnlyList<int> Irrelevant { get; }

    /// <summary>The most training texts.</summary>
    public int Most => Samples[^1];

    /// <summary>The accuracies of a network; null if nothing of it is finished.</summary>
    public TextEntry? Find(string network, int samples, int irrelevant) =>
        _entries.Find(entry => (entry.Network, entry.Samples, entry.Irrelevant) == (network, samples, irrelevant));

    /// <summary>The accuracy that a network loses by the most irrelevant sentences, seed by seed; null if it is not known, or if there are none.</summary>
    public Spread? Lost(string network) =>
        Irrelevant.Count > 1 && Find(network, Most, Irrelevant[0]) is { } clean ? Find(network, Most, Irrelevant[^1])?.LostAgainst(clean) : null;

    /// <summary>What the numbers say, a sentence each.</summary>
    public IReadOnlyList<string> Findings
    {
        get
        {
            var findings = new List<string>();
            TextEntry[] clean = [.. Networks.Select(network => Find(network, Most, Irrelevant[0])).OfType<TextEntry>().OrderByDescending(entry => entry.Spread.Mean)];
            if (clean.Length > 1)
            {
                findings.Add(string.Create(
                    CultureInfo.InvariantCulture,
                    $"With {Most} training texts, {clean[0].Network} is ahead of all others: {clean[0].Spread}, before {clean[1].Network} with {clean[1].Spread}."));
            }

            (string Network, Spread Lost)[] lost = [.. Networks.Where(network => Lost(network) is not null).Select(network => (network, Lost(network)!.Value)).OrderBy(one => one.Item2.Mean)];
            if (lost.Length > 1)
            {
                findings.Add(string.Create(
                    CultureInfo.InvariantCulture,
                    $"With {Irrelevant[^1]} irrelevant sentences in each text, {lost[0].Network} loses least: {lost[0].Lost}, before {lost[1].Network} with {lost[1].Lost}; {lost[^1].Network} loses most, {lost[^1].Lost}."));
            }

            return findings;
        }
    }

    /// <summary>The main numbers, for the JSON line.</summary>
    public object Numbers => _entries.Select(entry => new
    {
        entry.Network,
        entry.Samples,
        entry.Irrelevant,
        entry.Spread.Mean,
        entry.Spread.Deviation,
        TestAccuracies = entry.Values.OrderBy(one => one.Key).Select(one => one.Value),
    });

    public string ToMarkdown()
    {
        string bySamples = MarkdownTable.Of(["training texts", .. Networks], Samples.Select(samples => (string[])
        [
            samples.ToString(CultureInfo.InvariantCulture), .. Networks.Select(network => Find(network, samples, Irrelevant[0])?.Spread.ToString() ?? "–"),
        ]));
        string text = $"Test accuracy, mean ± standard deviation over the seeds:\n\n{bySamples}\n";
        if (Irrelevant.Count > 1)
        {
            string byNoise = MarkdownTable.Of(["irrelevant sentences", .. Networks],
            [
                .. Irrelevant.Select(count => (string[])[count.ToString(CultureInfo.InvariantCulture), .. Networks.Select(network => Find(network, Most, count)?.Spread.ToString() ?? "–")]),
                ["lost", .. Networks.Select(network => Lost(network)?.ToString() ?? "–")],
            ]);
            text += string.Create(CultureInfo.InvariantCulture, $"The same with irrelevant sentences in each text, {Most} training texts:\n\n{byNoise}\n");
        }

        return text + string.Concat(Findings.Select(finding => $"{finding}\n"));
    }
}
