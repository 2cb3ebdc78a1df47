namespace PatchMoE.Reports.Charts;

/// <summary>A line of a chart.</summary>
/// <param name="Name">Its name in the legend.</param>
/// <param name="Colour">The index of its colour.</param>
/// <param name="Values">One value per epoch; null where there is none.</param>
internal sealed record ChartSeries(string Name, int Colour, IReadOnlyList<double?> Values);

/// <summary>Curves over the epochs.</summary>
internal static class LineChart
{
    /// <summary>Draws a chart.</summary>
    /// <param name="title">The title, which also says what the values are.</param>
    /// <param name="series">The lines.</param>
    /// <param name="high">The upper end of the vertical axis; null to fit the values.</param>
    /// <returns>A self-contained SVG document.</returns>
    public static string Draw(string title, IReadOnlyList<ChartSeries> series, double? high = null) =>
        new XyChart(title, new XyAxis("epoch"), new XyAxis("", High: high), [.. series.Select(Curve)]) { Width = 560, PlotHeight = 200 }.ToSvg();

    private static XySeries Curve(ChartSeries line) =>
        new(line.Name, [.. line.Values.Select((value, i) => new XyPoint(i + 1, value ?? double.NaN))]) { Colour = line.Colour };
}
