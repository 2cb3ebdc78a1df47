using System.Globalization;
using PatchMoE.Reports;
using PatchMoE.Reports.Charts;

namespace PatchMoE.Cli.Reproductions;

/// <summary>The parts of a report that show a grid: the chart with error bars, and its numbers.</summary>
internal static class GridSection
{
    /// <summary>Values against training samples: a line for each network, a bar of one standard deviation at each point.</summary>
    /// <param name="table">The grid.</param>
    /// <param name="title">The chart's title.</param>
    /// <param name="value">What is measured.</param>
    /// <param name="low">Where the vertical axis begins; null to fit the values.</param>
    public static XyChart Chart(GridTable table, string title, string value, double? low = null) => new(
        title,
        new XyAxis("training samples N", IsLogarithmic: true),
        new XyAxis(value, Low: low, High: 1),
        [.. table.Networks.Select(network => new XySeries(network, [.. table.Entries.Where(entry => entry.Network == network).Select(Point)]))]);

    /// <summary>Mean ± standard deviation for each network and N.</summary>
    public static ReportTable Means(GridTable table)
    {
        var means = new ReportTable([new ReportColumn("training samples"), .. table.Networks.Select(network => new ReportColumn(network))]);
        foreach (int samples in table.Samples)
        {
            means.Add([samples, .. table.Networks.Select(network => table.Find(network, samples)?.Spread.ToString().Replace(' ', '\u00a0'))]);
        }

        return means;
    }

    /// <summary>The value of each seed.</summary>
    public static ReportTable Seeds(GridTable table)
    {
        var seeds = new ReportTable(new ReportColumn("training samples"), new ReportColumn("network"), new ReportColumn("seeds 1, 2, …"));
        foreach (GridEntry entry in table.Entries)
        {
            seeds.Add(entry.Samples, entry.Network, string.Join(' ', entry.Values.Select(value => value.ToString("0.000", CultureInfo.InvariantCulture))));
        }

        return seeds;
    }

    private static XyPoint Point(GridEntry entry) => new(entry.Samples, entry.Spread.Mean, entry.Spread.Low, entry.Spread.High, $"{entry.Values.Count} seeds");
}
