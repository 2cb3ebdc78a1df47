namespace PatchMoE.Cli.Experiments;

/// <summary>Mean and standard deviation (n − 1) over repeats.</summary>
/// <param name="Mean">The mean.</param>
/// <param name="Deviation">The standard deviation; null for one value.</param>
internal readonly record struct Spread(double Mean, double? Deviation)
{
    /// <summary>The mean less the deviation; null for one value.</summary>
    public double? Low => Mean - Deviation;

    /// <summary>The mean and the deviation; null for one value.</summary>
    public double? High => Mean + Deviation;

    /// <summary>Of at least one value.</summary>
    public static Spread Of(IReadOnlyList<double> values)
    {
        double mean = values.Average();
        return new Spread(mean, values.Count < 2 ? null : Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / (values.Count - 1)));
    }

    /// <summary>Mean ± standard deviation, three decimals.</summary>
    public override string ToString() => Deviation is { } deviation ? FormattableString.Invariant($"{Mean:0.000} ± {deviation:0.000}") : FormattableString.Invariant($"{Mean:0.000}");
}
