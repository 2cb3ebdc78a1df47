namespace PatchMoE.Reports.Charts;

/// <summary>Chooses the axes of a chart for its values.</summary>
internal static class XyScales
{
    // With more settings than these, round ticks read better than the settings themselves.
    private const int MostMeasuredTicks = 12;
    private const double LabelGap = 10;

    /// <summary>The horizontal axis: ticks at the measured values if there are few and their labels do not touch.</summary>
    public static IChartAxis Horizontal(XyChart chart, double width)
    {
        double[] values = [.. chart.DrawnPoints.Select(point => point.X).Distinct().Order()];
        (double low, double high) = Range(chart.X, [.. values, .. chart.Marks.Select(mark => mark.X)], []);
        if (values.Length is > 0 and <= MostMeasuredTicks)
        {
            var measured = new MeasuredAxis(values, low, high, chart.X.IsLogarithmic);
            double Edge(double tick, int side) => (measured.Share(tick) * width) + (side * (TextWidth.Of(measured.Text(tick)) + LabelGap) / 2);
            if (values.Zip(values.Skip(1)).All(pair => Edge(pair.First, 1) <= Edge(pair.Second, -1)))
            {
                return measured;
            }
        }

        return Round(chart.X, low, high);
    }

    /// <summary>The vertical axis: round ticks around all values, spreads and fitted lines.</summary>
    public static IChartAxis Vertical(XyChart chart)
    {
        IEnumerable<double> fitted = chart.Series.Where(series => series.Fit is not null).SelectMany(FitEnds).Select(end => end.Y);
        IEnumerable<double> spread = chart.DrawnPoints.SelectMany(point => new[] { point.Low, point.High }).OfType<double>()
            .Where(value => double.IsFinite(value) && (!chart.Y.IsLogarithmic || value > 0));
        (double low, double high) = Range(chart.Y, [.. chart.DrawnPoints.Select(point => point.Y), .. fitted], [.. spread]);
        return Round(chart.Y, low, high);
    }

    /// <summary>Where a fitted line begins and ends; nothing without points.</summary>
    public static IEnumerable<(double X, double Y)> FitEnds(XySeries series)
    {
        double[] drawn = [.. series.Points.Where(XyChart.IsDrawn).Select(point => point.X)];
        return series.Fit is { } fit && drawn.Length > 0 ? [(drawn.Min(), fit.At(drawn.Min())), (drawn.Max(), fit.At(drawn.Max()))] : [];
    }

    private static (double Low, double High) Range(XyAxis axis, double[] values, double[] spread)
    {
        if (axis.IsLogarithmic)
        {
            Array.ForEach(values, LogarithmicAxis.Check);
        }

        (double emptyLow, double emptyHigh) = axis.IsLogarithmic ? (1, 10) : (0, 1);
        double[] lows = [.. values, .. axis.Low is { } fixedLow ? [fixedLow] : spread];
        double[] highs = [.. values, .. axis.High is { } fixedHigh ? [fixedHigh] : spread];
        double low = lows.DefaultIfEmpty(emptyLow).Min();
        return (low, Math.Max(low, highs.DefaultIfEmpty(emptyHigh).Max()));
    }

    private static IChartAxis Round(XyAxis axis, double low, double high) => axis.IsLogarithmic ? new LogarithmicAxis(low, high) : new LinearAxis(low, high);
}
