using System.Globalization;

namespace PatchMoE.Reports.Charts;

/// <summary>
/// Measured values against a setting, as SVG: a line for each series, error bars or bands, fitted growth, marked settings. OxyPlot's exporter was compared:
/// its charts do not scale with the page, have no accessible title, overlap the labels of their axis, and are three times as large.
/// </summary>
/// <param name="Title">The title.</param>
/// <param name="X">The horizontal axis.</param>
/// <param name="Y">The vertical axis.</param>
/// <param name="Series">The series, in the legend's order.</param>
internal sealed record XyChart(string Title, XyAxis X, XyAxis Y, IReadOnlyList<XySeries> Series)
{
    private const double Right = 28;
    private const double Edge = 16;
    private const double MarkRow = 16;

    /// <summary>Vertical lines at values of x.</summary>
    public IReadOnlyList<XyMark> Marks { get; init; } = [];

    /// <summary>The width in pixels.</summary>
    public double Width { get; init; } = 640;

    /// <summary>The height of the plot, without title, legend and labels.</summary>
    public double PlotHeight { get; init; } = 260;

    /// <summary>All points that have a finite value.</summary>
    internal IEnumerable<XyPoint> DrawnPoints => Series.SelectMany(series => series.Points).Where(IsDrawn);

    /// <summary>Whether a point has a place.</summary>
    internal static bool IsDrawn(XyPoint point) => double.IsFinite(point.X) && double.IsFinite(point.Y);

    /// <summary>Draws the chart.</summary>
    /// <returns>A self-contained SVG document.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A value on a logarithmic axis is not above 0.</exception>
    public string ToSvg()
    {
        IChartAxis vertical = XyScales.Vertical(this);
        double left = Edge + 8 + vertical.Ticks.Max(tick => TextWidth.Of(vertical.Text(tick)));
        IReadOnlyList<string> heading = TextWidth.Wrap(Title, Width - (2 * Edge), SvgDocument.HeadingSize * 1.08);
        var legend = new Legend([.. Series.Select(Entry)], Width - (2 * Edge));
        double legendTop = 14 + (heading.Count * SvgDocument.HeadingHeight);
        double marksTop = legendTop + legend.Height + (Y.Title.Length > 0 ? 32 : 14);
        double top = marksTop + (Marks.Count > 0 ? (MarkRows() * MarkRow) + 4 : 0);
        var plot = new PlotArea(left, top, Width - left - Right, PlotHeight, XyScales.Horizontal(this, Width - left - Right), vertical);

        var svg = new SvgDocument(Title, Width, plot.Bottom + 46);
        svg.Heading(Edge, 24, heading);
        legend.Draw(svg, Edge, legendTop);
        plot.DrawAxes(svg, TextWidth.Fit(X.Title, plot.Width), TextWidth.Fit(Y.Title, Width - (2 * Edge)), Edge, legendTop + legend.Height + 16);
        DrawMarks(svg, plot, marksTop);
        for (int i = 0; i < Series.Count; i++)
        {
            new XySeriesDrawing(this, Series[i], ColourOf(i), Offset(i)).Draw(svg, plot);
        }

        if (!DrawnPoints.Any())
        {
            svg.Label(plot.Left + (plot.Width / 2), plot.Top + (plot.Height / 2), "no results yet", "middle");
        }

        return svg.ToString();
    }

    private LegendEntry Entry(XySeries series, int position) =>
        new(series.Fit is { } fit ? $"{series.Name}: {ExponentText(fit)}" : series.Name, ColourOf(position), series.Fit is not null, XySeriesDrawing.HasMarkers(series));

    private int ColourOf(int position) => Series[position].Colour ?? Palette.OfSeries(position);

    private static string ExponentText(PowerLaw fit) => string.Create(CultureInfo.InvariantCulture, $"exponent {fit.Exponent:0.00}{(fit.ExponentError is { } error ? $" ± {error:0.00}" : "")}").Replace('-', '−');

    /// <summary>Error bars at the same x would hide each other: they stand a little beside it. Points on a fitted line stay where they are.</summary>
    private double Offset(int series)
    {
        XySeries[] barred = [.. Series.Where(one => !one.IsBand && one.Fit is null && one.Points.Any(point => point.Low is not null || point.High is not null))];
        int place = Array.IndexOf(barred, Series[series]);
        return place < 0 ? 0 : (place - ((barred.Length - 1) / 2.0)) * 3;
    }

    private int MarkRows() => Math.Min(Marks.Count, 4);

    private void DrawMarks(SvgDocument svg, PlotArea plot, double top)
    {
        for (int i = 0; i < Marks.Count; i++)
        {
            double x = plot.X(Marks[i].X);
            double y = top + ((i % MarkRows()) * MarkRow) + 12;
            bool isLeft = x > plot.Left + (plot.Width / 2);
            string text = TextWidth.Fit(Marks[i].Text, (isLeft ? x - Edge : Width - Right - x) - 6);
            svg.Add($"<g class=\"mark\"><title>{Marks[i].Text}</title><line class=\"line\" x1=\"{x}\" y1=\"{y - 10}\" x2=\"{x}\" y2=\"{plot.Bottom}\" stroke=\"{Palette.Muted}\" stroke-width=\"1.5\" stroke-dasharray=\"3 3\"/>");
            svg.OnTop(isLeft ? x - 6 : x + 6, y, text, isLeft ? "end" : "start");
            svg.Add($"</g>");
        }
    }
}
