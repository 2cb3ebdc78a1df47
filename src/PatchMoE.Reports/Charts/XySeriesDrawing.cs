using System.Globalization;

namespace PatchMoE.Reports.Charts;

/// <summary>Draws one series.</summary>
/// <param name="chart">Its chart.</param>
/// <param name="series">The series.</param>
/// <param name="index">The index of its colour and marker.</param>
/// <param name="offset">How far points and bars are drawn beside their x, in pixels.</param>
internal sealed class XySeriesDrawing(XyChart chart, XySeries series, int index, double offset)
{
    // Beyond this, markers would merge into a thick line.
    private const int MostMarkers = 40;
    private const double CapWidth = 4;
    private readonly XyPoint[] _points = [.. series.Points.OrderBy(point => point.X)];

    /// <summary>Whether each point is marked and can be hovered over.</summary>
    public static bool HasMarkers(XySeries series) => series.Points.Count <= MostMarkers;

    public void Draw(SvgDocument svg, PlotArea plot)
    {
        if (series.IsBand)
        {
            DrawBand(svg, plot);
        }

        if (series.Fit is not null)
        {
            Stroke.Line(svg, Path(XyScales.FitEnds(series).Select(end => (plot.X(end.X), plot.Y(end.Y)))), index, isDashed: true);
        }
        else
        {
            DrawLines(svg, plot);
        }

        foreach (XyPoint point in _points.Where(XyChart.IsDrawn))
        {
            DrawPoint(svg, plot, point);
        }
    }

    /// <summary>A line for each run of points without a gap.</summary>
    private void DrawLines(SvgDocument svg, PlotArea plot)
    {
        foreach (List<XyPoint> run in Runs(XyChart.IsDrawn))
        {
            if (run.Count > 1)
            {
                Stroke.Line(svg, Path(run.Select(point => (plot.X(point.X) + offset, plot.Y(point.Y)))), index);
            }
            else if (!HasMarkers(series))
            {
                Marker.Draw(svg, plot.X(run[0].X), plot.Y(run[0].Y), index);
            }
        }
    }

    private void DrawBand(SvgDocument svg, PlotArea plot)
    {
        foreach (List<XyPoint> run in Runs(point => XyChart.IsDrawn(point) && point.Low is not null && point.High is not null))
        {
            IEnumerable<(double, double)> upper = run.Select(point => (plot.X(point.X), plot.ClippedY(point.High!.Value)));
            IEnumerable<(double, double)> lower = run.AsEnumerable().Reverse().Select(point => (plot.X(point.X), plot.ClippedY(point.Low!.Value)));
            svg.Add($"<polygon points=\"{Path(upper.Concat(lower))}\" fill=\"{Palette.Line(index)}\" fill-opacity=\"0.18\"/>");
        }
    }

    private void DrawPoint(SvgDocument svg, PlotArea plot, XyPoint point)
    {
        if (!HasMarkers(series))
        {
            return;
        }

        (double x, double y) = (plot.X(point.X) + offset, plot.Y(point.Y));
        svg.Add($"<g class=\"point\"><title>{Hover(point)}</title>");
        if (!series.IsBand && (point.Low ?? point.High) is not null)
        {
            (double low, double high) = (plot.ClippedY(point.Low ?? point.Y), plot.ClippedY(point.High ?? point.Y));
            svg.Add($"<path d=\"M{x - CapWidth} {low}h{2 * CapWidth}M{x} {low}V{high}M{x - CapWidth} {high}h{2 * CapWidth}\" fill=\"none\" stroke=\"{Palette.Line(index)}\" stroke-width=\"1.5\"/>");
        }

        Marker.Draw(svg, x, y, index);

        // A larger target than the mark itself.
        svg.Add($"<circle cx=\"{x}\" cy=\"{y}\" r=\"9\" fill=\"none\" pointer-events=\"all\"/></g>");
    }

    private string Hover(XyPoint point)
    {
        string spread = (point.Low, point.High) switch
        {
            ({ } low, { } high) => $" ({Exact(low)} to {Exact(high)})",
            ({ } low, null) => $" (from {Exact(low)})",
            (null, { } high) => $" (up to {Exact(high)})",
            _ => "",
        };
        return $"{series.Name}: {chart.X.Title} {Exact(point.X)}, {ValueTitle}{Exact(point.Y)}{spread}{(point.Note is { } note ? $", {note}" : "")}";
    }

    private string ValueTitle => chart.Y.Title.Length > 0 ? $"{chart.Y.Title} " : "";

    private IEnumerable<List<XyPoint>> Runs(Func<XyPoint, bool> isDrawn)
    {
        var run = new List<XyPoint>();
        foreach (XyPoint point in _points)
        {
            if (isDrawn(point))
            {
                run.Add(point);
            }
            else if (run.Count > 0)
            {
                yield return run;
                run = [];
            }
        }

        if (run.Count > 0)
        {
            yield return run;
        }
    }

    private static string Path(IEnumerable<(double X, double Y)> points) =>
        string.Join(' ', points.Select(point => string.Create(CultureInfo.InvariantCulture, $"{point.X:0.##},{point.Y:0.##}")));

    private static string Exact(double value) => value.ToString("G6", CultureInfo.InvariantCulture);
}
