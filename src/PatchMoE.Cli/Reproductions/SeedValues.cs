using System.Globalization;

namespace PatchMoE.Cli.Reproductions;

/// <summary>A number over the seeds.</summary>
/// <param name="Values">One for each finished seed.</param>
internal sealed record SeedValues(IReadOnlyList<double> Values)
{
    public double Mean => Values.Average();

    /// <summary>The standard deviation over the seeds (n − 1); null for one seed.</summary>
    public double? Deviation => Values.Count < 2 ? null : Math.Sqrt(Values.Sum(value => (value - Mean) * (value - Mean)) / (Values.Count - 1));

    /// <summary>Mean ± standard deviation.</summary>
    public string Text() => Deviation is { } deviation
        ? string.Create(CultureInfo.InvariantCulture, $"{Mean:0.000} ± {deviation:0.000}")
        : string.Create(CultureInfo.InvariantCulture, $"{Mean:0.000}");
}
