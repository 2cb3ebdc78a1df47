using System.Globalization;
using PatchMoE.Cli.Experiments;

namespace PatchMoE.Cli.Reproductions;

/// <summary>What the experiment on a spurious correlation found.</summary>
/// <param name="Tied">Accuracies on test mosaics with the digit tied to the class as in training.</param>
/// <param name="Untied">Accuracies on test mosaics without it.</param>
/// <param name="SpuriousRate">How often experts take the tied digit.</param>
/// <param name="HitRate">How often they take the class digit, on the same mosaics.</param>
/// <param name="Models">The networks by name.</param>
internal sealed record SpuriousResult(GridTable Tied, GridTable Untied, GridTable SpuriousRate, GridTable HitRate, IReadOnlyDictionary<string, ModelSpec> Models)
{
    /// <summary>The accuracy that a network loses when the digit is gone, over the seeds; null if it was not trained.</summary>
    public Spread? Loss(string network, int samples) => Tied.Find(network, samples) is { } tied && Untied.Find(network, samples) is { } untied
        ? Spread.Of([.. tied.Values.Zip(untied.Values, (with, without) => with - without)])
        : null;

    /// <summary>For each network with the most samples: what it loses, how that compares, and whether its experts take the digit.</summary>
    public IReadOnlyList<string> Findings => [.. Tied.Networks.Select(Finding).OfType<string>()];

    /// <summary>The main numbers, for the JSON line.</summary>
    public object Numbers => Untied.Entries.Select(entry => new
    {
        entry.Network,
        entry.Samples,
        TiedAccuracy = Tied.Find(entry.Network, entry.Samples)?.Spread.Mean,
        UntiedAccuracy = entry.Spread.Mean,
        Loss = Loss(entry.Network, entry.Samples)?.Mean,
        LossDeviation = Loss(entry.Network, entry.Samples)?.Deviation,
        SpuriousRate = SpuriousRate.Find(entry.Network, entry.Samples)?.Spread.Mean,
    });

    public string ToMarkdown() => $"""
        Accuracy with the tied digit, mean ± standard deviation over the seeds:

        {Tied.ToMarkdown()}
        Accuracy without it:

        {Untied.ToMarkdown()}
        Accuracy lost without it:

        {MarkdownTable.Of(["samples", .. Tied.Networks], Tied.Samples.Select(samples => (string[])[samples.ToString(CultureInfo.InvariantCulture), .. Tied.Networks.Select(network => Loss(network, samples)?.ToString() ?? "–")]))}
        {string.Join('\n', Findings)}

        """;

    /// <summary>How often a cell is among the patches taken if experts choose at random: by the expert of the class if there are two, otherwise by any (as the router hit rate counts).</summary>
    internal static double Chance(ModelSpec model)
    {
        LayerShape shape = model.LayerShapes()[0];
        return 1 - Math.Pow(1 - ((double)shape.PatchesPerExpert / shape.Patches), shape.Experts == 2 ? 1 : shape.Experts);
    }

    private string? Finding(string network)
    {
        int most = Tied.Samples[^1];
        if (Loss(network, most) is not { } loss)
        {
            return null;
        }

        string text = string.Create(
            CultureInfo.InvariantCulture,
            $"{network}, N = {most}: {Tied.Find(network, most)!.Spread} with the tied digit, {Untied.Find(network, most)!.Spread} without it, a loss of {loss}.");
        return SpuriousRate.Find(network, most) is { } rate && HitRate.Find(network, most) is { } hits
            ? string.Create(CultureInfo.InvariantCulture, $"{text} Its experts take the tied digit in {rate.Spread.Mean:0.0 %} of the mosaics that have one, and the class digit in {hits.Spread.Mean:0.0 %}; by chance, either would be in {Chance(Models[network]):0.0 %}.")
            : text;
    }
}
