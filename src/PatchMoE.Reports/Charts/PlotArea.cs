namespace PatchMoE.Reports.Charts;

/// <summary>The rectangle between a chart's axes.</summary>
internal sealed record PlotArea(double Left, double Top, double Width, double Height, IChartAxis Horizontal, IChartAxis Vertical)
{
    public double Bottom => Top + Height;

    public double Right => Left + Width;

    /// <summary>The horizontal place of a value.</summary>
    public double X(double value) => Left + (Width * Horizontal.Share(value));

    /// <summary>The vertical place of a value.</summary>
    public double Y(double value) => Bottom - (Height * Vertical.Share(value));

    /// <summary>The vertical place of an end of an error bar, which stops at the plot's edge.</summary>
    public double ClippedY(double value) => double.IsNaN(Vertical.Share(value)) ? Bottom : Bottom - (Height * Math.Clamp(Vertical.Share(value), 0, 1));

    /// <summary>Draws the grid, the labels of the ticks and the titles: that of the vertical axis lies above it, where it can be read without turning the head.</summary>
    public void DrawAxes(SvgDocument svg, string horizontalTitle, string verticalTitle, double verticalTitleX, double verticalTitleY)
    {
        foreach (double tick in Vertical.Ticks)
        {
            svg.GridLine(Left, Y(tick), Right, Y(tick));
            svg.Label(Left - 8, Y(tick) + 4, Vertical.Text(tick), "end");
        }

        foreach (double tick in Horizontal.Ticks)
        {
            svg.Add($"<line class=\"line\" x1=\"{X(tick)}\" y1=\"{Bottom}\" x2=\"{X(tick)}\" y2=\"{Bottom + 5}\" stroke=\"{Palette.Muted}\"/>");
            svg.Label(X(tick), Bottom + 19, Horizontal.Text(tick), "middle");
        }

        svg.Add($"<line class=\"line\" x1=\"{Left}\" y1=\"{Bottom}\" x2=\"{Right}\" y2=\"{Bottom}\" stroke=\"{Palette.Muted}\"/>");
        if (verticalTitle.Length > 0)
        {
            svg.Label(verticalTitleX, verticalTitleY, verticalTitle);
        }

        svg.Label(Left + (Width / 2), Bottom + 38, horizontalTitle, "middle");
    }
}
