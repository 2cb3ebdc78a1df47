using System.Globalization;
using PatchMoE.Cli.Experiments;
using PatchMoE.Reports;
using PatchMoE.Reports.Charts;

namespace PatchMoE.Cli.Reproductions;

/// <summary>The parts of a report that show a grid: the chart with error bars, and its numbers.</summary>
internal static class GridSection
{
    private const string Samples = "training samples";

    /// <summary>Values against training samples: a line for each network, a bar of one standard deviation at each point.</summary>
    /// <param name="table">The grid.</param>
    /// <param name="title">The chart's title.</param>
    /// <param name="value">What is measured.</param>
    /// <param name="low">Where the vertical axis begins; null to fit the values.</param>
    public static XyChart Chart(GridTable table, string title, string value, double? low = null) => Chart(
        title,
        new XyAxis($"{Samples} N", IsLogarithmic: true),
        new XyAxis(value, Low: low, High: 1),
        table.Networks,
        table.Samples,
        (network, samples) => table.Find(network, samples) is { } entry ? (entry.Spread, entry.Values.Count) : null);

    /// <summary>The same for another setting than the number of samples.</summary>
    /// <param name="title">The chart's title.</param>
    /// <param name="setting">The horizontal axis.</param>
    /// <param name="value">The vertical axis.</param>
    /// <param name="networks">The networks, a line for each.</param>
    /// <param name="settings">The settings, ascending.</param>
    /// <param name="find">The values of a network over so many seeds; null if there are none yet.</param>
    public static XyChart Chart(
        string title, XyAxis setting, XyAxis value, IReadOnlyList<string> networks, IReadOnlyList<int> settings, Func<string, int, (Spread Spread, int Seeds)?> find)
    {
        XyPoint? Point(string network, int at) => find(network, at) is var (spread, seeds)
            ? new XyPoint(at, spread.Mean, spread.Low, spread.High, $"{seeds} seeds")
            : null;
        return new XyChart(title, setting, value, [.. networks.Select(network => new XySeries(network, [.. settings.Select(at => Point(network, at)).OfType<XyPoint>()]))]);
    }

    /// <summary>Mean ± standard deviation for each network and N.</summary>
    public static ReportTable Means(GridTable table) => Means(Samples, table.Networks, table.Samples, (network, samples) => table.Find(network, samples)?.Spread);

    /// <summary>The same for another setting than the number of samples.</summary>
    /// <param name="setting">What the settings are.</param>
    /// <param name="networks">The networks, a column for each.</param>
    /// <param name="settings">The settings, a row for each.</param>
    /// <param name="find">The values of a network; null if there are none yet.</param>
    public static ReportTable Means(string setting, IReadOnlyList<string> networks, IReadOnlyList<int> settings, Func<string, int, Spread?> find)
    {
        var means = new ReportTable([new ReportColumn(setting), .. networks.Select(network => new ReportColumn(network))]);
        foreach (int at in settings)
        {
            means.Add([at, .. networks.Select(network => find(network, at)?.ToString().Replace(' ', '\u00a0'))]);
        }

        return means;
    }

    /// <summary>The value of each seed.</summary>
    public static ReportTable Seeds(GridTable table)
    {
        var seeds = new ReportTable(new ReportColumn(Samples), new ReportColumn("network"), new ReportColumn("seeds 1, 2, …"));
        foreach (GridEntry entry in table.Entries)
        {
            seeds.Add(entry.Samples, entry.Network, string.Join(' ', entry.Values.Select(value => value.ToString("0.000", CultureInfo.InvariantCulture))));
        }

        return seeds;
    }
}
