namespace PatchMoE.Cli.Sweeps;

/// <summary>A field of numbers, as an axis of a chart.</summary>
/// <param name="Column">Its index among <see cref="SweepColumns.Fields"/>.</param>
/// <param name="Title">Its title.</param>
/// <param name="Values">Its different values, ascending; at least two.</param>
internal sealed record SweepAxisValues(int Column, string Title, IReadOnlyList<double> Values)
{
    private const double LogarithmicFrom = 30;

    /// <summary>Whether equal ratios are of interest: learning rates rather than patches.</summary>
    public bool IsLogarithmic => Values[0] > 0 && Values[^1] / Values[0] >= LogarithmicFrom;

    /// <summary>The fields of a sweep that are numbers in every point and differ.</summary>
    public static IReadOnlyList<SweepAxisValues> Of(Sweep sweep)
    {
        var axes = new List<SweepAxisValues>();
        for (int i = 0; i < sweep.Columns.Fields.Count; i++)
        {
            double?[] values = [.. sweep.Points.Select(point => (point.Values[i] as SpecNumber)?.Value)];
            double[] different = [.. values.OfType<double>().Distinct().Order()];
            if (different.Length > 1 && values.All(value => value is not null))
            {
                axes.Add(new SweepAxisValues(i, sweep.Columns.ShortTitles[^(sweep.Columns.Fields.Count - i)], different));
            }
        }

        return axes;
    }

    /// <summary>A point's place on the axis.</summary>
    public double Of(SweepPoint point) => ((SpecNumber)point.Values[Column]!).Value;
}
