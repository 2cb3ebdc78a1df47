using System.Globalization;

namespace PatchMoE.Cli.Reproductions;

/// <summary>The results for one number of patches.</summary>
/// <param name="Patches">n.</param>
/// <param name="Accuracy">The test accuracies.</param>
/// <param name="HitRate">The router hit rates.</param>
internal sealed record NoiseGrid(int Patches, GridTable Accuracy, GridTable HitRate);

/// <summary>How the needed N grows with n, for each network.</summary>
/// <param name="Grids">The results, n ascending.</param>
internal sealed record NoiseResult(IReadOnlyList<NoiseGrid> Grids)
{
    /// <summary>The mean test accuracy that is enough.</summary>
    public const double Target = 0.9;

    /// <summary>It in words.</summary>
    public static string TargetText => Target.ToString(CultureInfo.InvariantCulture);

    /// <summary>The networks.</summary>
    public IReadOnlyList<string> Networks => Grids[0].Accuracy.Networks;

    /// <summary>The numbers of samples.</summary>
    public IReadOnlyList<int> Samples => Grids[0].Accuracy.Samples;

    /// <summary>The N at which a network's mean accuracy reaches the target, for each n.</summary>
    public IReadOnlyList<(int Patches, NeededSamples Needed)> Needed(string network) => [.. Grids.Select(grid => (grid.Patches, grid.Accuracy.Needed(network, Target)))];

    /// <summary>Its growth with n.</summary>
    public Growth Growth(string network) => Reproductions.Growth.Of(Needed(network));

    /// <summary>The growth of each network in a sentence.</summary>
    public IReadOnlyList<string> Findings =>
    [
        .. Networks.Select(network => $"{network}: {Growth(network).Finding($"the N needed for an accuracy of {TargetText}", "n")}."),
        "The paper's bounds, from above: n⁸ for the CNN; l⁸ for separate and k⁴l⁶ for joint training, whatever n is, as long as l is at least the threshold l*. With n, l* itself may grow: the hit rates say whether l = 2 is still enough.",
    ];

    /// <summary>The main numbers, for the JSON line.</summary>
    public object Numbers => Networks.Select(network => new
    {
        Network = network,
        Needed = Needed(network).Select(one => new { one.Patches, Samples = one.Needed.Value, one.Needed.Text }),
        Exponent = Growth(network).Fit?.Exponent,
        ExponentError = Growth(network).Fit?.ExponentError,
    });

    public string ToMarkdown()
    {
        string needed = MarkdownTable.Of(
            ["network", .. Grids.Select(grid => $"n = {grid.Patches}"), "exponent"],
            Networks.Select(network => (string[])[network, .. Needed(network).Select(one => one.Needed.Text), Growth(network).Fit is null ? "–" : Growth(network).Text]));
        string tables = string.Join('\n', Grids.Select(grid => $"Test accuracy, n = {grid.Patches}, mean ± standard deviation over the seeds:\n\n{grid.Accuracy.ToMarkdown()}"));
        return $"N needed for an accuracy of {TargetText}:\n\n{needed}\n{string.Join('\n', Findings)}\n\n{tables}";
    }
}
