using System.Globalization;

namespace PatchMoE.Cli.Reproductions;

/// <summary>What one map found.</summary>
/// <param name="Plan">The map.</param>
/// <param name="Base">The spec that was varied.</param>
/// <param name="Table">The results.</param>
internal sealed record PhaseResult(PhasePlan Plan, PatchMoESpec Base, PhaseTable Table)
{
    /// <summary>The needed N of each setting.</summary>
    public IReadOnlyList<(int Setting, NeededSamples Needed)> Needed { get; } = [.. Table.Settings.Select(setting => (setting, Table.Needed(setting)))];

    /// <summary>The growth of the needed N; for l from the threshold on.</summary>
    public Growth Growth { get; } = Growth.Of(Table.Settings
        .Where(setting => !Plan.HasThreshold || setting >= (Table.HitThreshold ?? int.MaxValue))
        .Select(setting => (setting, Table.Needed(setting))));

    /// <summary>The threshold that the data are made with: decoys + 1, which holds for separate training; null if they have none.</summary>
    public int? BuiltThreshold => Plan.HasThreshold && Base.Data is SyntheticDataSpec { Decoys: > 0 and var decoys } ? decoys + 1 : null;

    /// <summary>What the map says, in sentences.</summary>
    public IReadOnlyList<string> Findings => [.. ThresholdText, Sentence(Growth.Finding("the needed N", Plan.Symbol)), Plan.Theory, MonotoneText];

    /// <summary>The main numbers, for the JSON line.</summary>
    public object Numbers => new
    {
        Map = Plan.Name,
        Success = PhaseTable.Success,
        HitThreshold = Plan.HasThreshold ? Table.HitThreshold : null,
        MapThreshold = Plan.HasThreshold ? Table.MapThreshold : null,
        BuiltThreshold,
        Needed = Needed.Select(one => new { one.Setting, Samples = one.Needed.Value, one.Needed.Text }),
        Exponent = Growth.Fit?.Exponent,
        ExponentError = Growth.Fit?.ExponentError,
        Inversions = Table.Inversions.Count(),
    };

    /// <summary>The shares of successes and the needed N as a table, the findings below.</summary>
    public string ToMarkdown()
    {
        IEnumerable<string[]> shares = Table.Samples.Reverse().Select(samples => (string[])
        [
            samples.ToString(CultureInfo.InvariantCulture),
            .. Table.Settings.Select(setting => Table.Find(setting, samples) is { } entry ? Text(entry.Share) : "–"),
        ]);
        string[] hits = ["hit rate", .. Table.Settings.Select(setting => Table.Find(setting, Table.Samples[^1]) is { HitRates.Count: > 0 } entry ? Text(entry.HitRates.Average()) : "–")];
        string[] needed = ["needed N", .. Needed.Select(one => one.Needed.Text)];
        string[] header = [$"samples \\ {Plan.Symbol}", .. Table.Settings.Select(setting => setting.ToString(CultureInfo.InvariantCulture))];
        return $"## {Plan.Name}\n\nShare of trials that succeed:\n\n{MarkdownTable.Of(header, [.. shares, hits, needed])}\n{string.Join('\n', Findings)}\n";
    }

    private static string Text(double share) => share.ToString("0.00", CultureInfo.InvariantCulture);

    private IEnumerable<string> ThresholdText
    {
        get
        {
            if (!Plan.HasThreshold)
            {
                yield break;
            }

            string built = BuiltThreshold is { } known ? $", and {known} by construction of the data" : "";
            yield return $"l* is {Number(Table.HitThreshold)} by the routers' hit rate at N = {Table.Samples[^1]} (the least l whose rate reaches {1 - PhaseTable.Alpha:0.00}), {Number(Table.MapThreshold)} by the map (the least l with which half of the trials succeed){built}.";
        }
    }

    private string MonotoneText => Table.Inversions.ToArray() is { Length: > 0 } inversions
        ? $"In {inversions.Length} places more samples make fewer trials succeed, by more than two standard errors: {string.Join(", ", inversions.Select(pair => $"{Plan.Symbol} = {pair.Low.Setting}, N = {pair.Low.Samples} to {pair.High.Samples}"))}."
        : "Nowhere do more samples make fewer trials succeed by more than two standard errors.";

    private static string Sentence(string text) => $"{char.ToUpperInvariant(text[0])}{text[1..]}.";

    private static string Number(int? threshold) => threshold?.ToString(CultureInfo.InvariantCulture) ?? "larger than any here";
}
