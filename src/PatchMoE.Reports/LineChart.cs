using System.Globalization;
using System.Text;

namespace PatchMoE.Reports;

/// <summary>A line of a chart.</summary>
/// <param name="Name">Its name in the legend.</param>
/// <param name="Colour">The index of its colour.</param>
/// <param name="Values">One value per epoch; null where there is none.</param>
internal sealed record ChartSeries(string Name, int Colour, IReadOnlyList<double?> Values);

/// <summary>
/// Curves over the epochs as SVG. OxyPlot's exporter was compared: its charts do not scale with the page, have no accessible title, overlap the labels of
/// their axis, and are three times as large.
/// </summary>
internal static class LineChart
{
    private const int Width = 560;
    private const int Height = 280;
    private const int Left = 62;
    private const int Right = 16;
    private const int Top = 44;
    private const int Bottom = 40;

    /// <summary>Draws a chart.</summary>
    /// <param name="title">The title.</param>
    /// <param name="series">The lines, all of the same length.</param>
    /// <param name="high">The upper end of the vertical axis; null to fit the values.</param>
    public static string Draw(string title, IReadOnlyList<ChartSeries> series, double? high = null)
    {
        double[] values = [.. series.SelectMany(line => line.Values).OfType<double>()];
        int epochs = series.Max(line => line.Values.Count);
        var vertical = new ChartAxis(values.Min(), high ?? values.Max());
        var svg = new StringBuilder();
        svg.Line($"""
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {Width} {Height}" role="img" font-family="system-ui, 'Segoe UI', 'DejaVu Sans', sans-serif" font-size="12" fill="{Palette.Muted}">
            <title>{title}</title>
            <text x="{Left}" y="16" font-size="14" font-weight="600" fill="{Palette.Ink}">{title}</text>
            """);
        DrawVerticalAxis(svg, vertical);
        DrawEpochs(svg, epochs);
        double legend = Left;
        foreach (ChartSeries line in series)
        {
            DrawLine(svg, line, epochs, vertical);
            svg.Line($"""<line x1="{legend:0.#}" x2="{legend + 18:0.#}" y1="30" y2="30" stroke="{Palette.Colour(line.Colour)}" stroke-width="3"/><text x="{legend + 24:0.#}" y="34">{line.Name}</text>""");
            legend += 48 + (6.6 * line.Name.Length);
        }

        return svg.Append("</svg>\n").ToString();
    }

    private static void DrawVerticalAxis(StringBuilder svg, ChartAxis axis)
    {
        foreach (double tick in axis.Ticks)
        {
            double y = Y(axis, tick);
            svg.Line($"""<line x1="{Left}" x2="{Width - Right}" y1="{y:0.##}" y2="{y:0.##}" stroke="{Palette.Grid}"/><text x="{Left - 8}" y="{y + 4:0.##}" text-anchor="end">{axis.Text(tick)}</text>""");
        }
    }

    private static void DrawEpochs(StringBuilder svg, int epochs)
    {
        double[] ticks = epochs == 1 ? [1] : [.. new ChartAxis(0, epochs).Ticks.Select(tick => Math.Round(Math.Max(tick, 1))).Where(tick => tick <= epochs).Distinct()];
        foreach (double tick in ticks)
        {
            svg.Line($"<text x=\"{X((int)tick, epochs):0.##}\" y=\"{Height - Bottom + 18}\" text-anchor=\"middle\">{tick}</text>");
        }

        svg.Line($"<text x=\"{(Left + Width - Right) / 2}\" y=\"{Height - 6}\" text-anchor=\"middle\">epoch</text>");
    }

    private static void DrawLine(StringBuilder svg, ChartSeries line, int epochs, ChartAxis axis)
    {
        var points = new List<string>();
        for (int i = 0; i < line.Values.Count; i++)
        {
            if (line.Values[i] is { } value)
            {
                points.Add(string.Create(CultureInfo.InvariantCulture, $"{X(i + 1, epochs):0.##},{Y(axis, value):0.##}"));
            }
        }

        string colour = Palette.Colour(line.Colour);
        if (points.Count == 1)
        {
            string[] point = points[0].Split(',');
            svg.Line($"<circle cx=\"{point[0]}\" cy=\"{point[1]}\" r=\"3\" fill=\"{colour}\"/>");
            return;
        }

        svg.Line($"""<polyline points="{string.Join(' ', points)}" fill="none" stroke="{colour}" stroke-width="2" stroke-linejoin="round"/>""");
    }

    private static double X(int epoch, int epochs) =>
        Left + ((Width - Left - Right) * (epochs == 1 ? 0.5 : (epoch - 1.0) / (epochs - 1)));

    private static double Y(ChartAxis axis, double value) => Height - Bottom - ((Height - Top - Bottom) * axis.Share(value));
}
