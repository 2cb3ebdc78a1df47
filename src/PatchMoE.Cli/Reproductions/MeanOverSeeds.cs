using System.Globalization;

namespace PatchMoE.Cli.Reproductions;

/// <summary>A value over the seeds.</summary>
/// <param name="Mean">The mean.</param>
/// <param name="Deviation">The standard deviation (n − 1); null for one seed.</param>
internal sealed record MeanOverSeeds(double Mean, double? Deviation)
{
    /// <summary>Summarises one value for each seed; null if there is none.</summary>
    public static MeanOverSeeds? Of(IReadOnlyList<double> values)
    {
        if (values.Count == 0)
        {
            return null;
        }

        double mean = values.Average();
        return new MeanOverSeeds(mean, values.Count < 2 ? null : Math.Sqrt(values.Sum(value => Math.Pow(value - mean, 2)) / (values.Count - 1)));
    }

    /// <summary>Mean ± standard deviation with three decimals.</summary>
    public override string ToString() => Deviation is { } deviation
        ? string.Create(CultureInfo.InvariantCulture, $"{Mean:0.000} ± {deviation:0.000}")
        : string.Create(CultureInfo.InvariantCulture, $"{Mean:0.000}");
}
