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
    /// <param name="title">The title.</param>
    /// <param name="vertical">What the values are.</param>
    /// <param name="series">The lines.</param>
    /// <param name="high">The upper end of the vertical axis; null to fit the values.</param>
    /// <param name="horizontal">What is counted from left to right.</param>
    /// <returns>A self-contained SVG document, narrow enough that a telephone shows it with readable letters.</returns>
    public static string Draw(string title, string vertical, IReadOnlyList<ChartSeries> series, double? high = null, string horizontal = "epoch") =>
        new XyChart(title, new XyAxis(horizontal), new XyAxis(vertical, High: high), [.. series.Select(Curve)]) { Width = 440, PlotHeight = 170 }.ToSvg();

    private static XySeries Curve(ChartSeries line) =>
        new(line.Name, [.. line.Values.Select((value, i) => new XyPoint(i + 1, value ?? double.NaN))]) { Colour = line.Colour };
}
