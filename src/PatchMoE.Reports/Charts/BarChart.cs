using System.Globalization;

namespace PatchMoE.Reports.Charts;

/// <summary>A measured or counted value.</summary>
/// <param name="Value">The value, ≥ 0.</param>
/// <param name="Low">The lower end of its error bar; null for none.</param>
/// <param name="High">The upper end.</param>
/// <param name="Text">What stands at its end; null for the number.</param>
internal sealed record Bar(double Value, double? Low = null, double? High = null, string? Text = null);

/// <summary>Bars on a common scale that begins at 0.</summary>
/// <param name="Title">What they measure, with its unit: "training, s".</param>
/// <param name="Bars">One for each name of the chart; null where there is none.</param>
internal sealed record BarGroup(string Title, IReadOnlyList<Bar?> Bars);

/// <summary>
/// What several networks cost, as SVG: a group of horizontal bars for each quantity, on its own scale, the value at each end and, where wanted, its ratio to
/// the first.
/// </summary>
/// <param name="Title">The title.</param>
/// <param name="Names">What is compared.</param>
/// <param name="Groups">The quantities.</param>
internal sealed record BarChart(string Title, IReadOnlyList<string> Names, IReadOnlyList<BarGroup> Groups)
{
    private const double Edge = 16;
    private const double PanelGap = 32;
    private const double PanelHead = 26;
    private const double RowHeight = 23;
    private const double NameSize = 12;

    /// <summary>The width in pixels.</summary>
    public double Width { get; init; } = 760;

    /// <summary>Whether values are followed by their ratio to the first one of the group.</summary>
    public bool HasRatios { get; init; }

    /// <summary>Draws the chart.</summary>
    /// <returns>A self-contained SVG document.</returns>
    /// <exception cref="ArgumentException">A group has another number of bars than there are names, or a value is negative or not finite.</exception>
    public string ToSvg()
    {
        Check();
        int columns = Groups.Count > 1 ? 2 : 1;
        double panelWidth = (Width - (2 * Edge) - ((columns - 1) * PanelGap)) / columns;
        double panelHeight = PanelHead + (Names.Count * RowHeight) + 16;
        IReadOnlyList<string> heading = TextWidth.Wrap(Title, Width - (2 * Edge), SvgDocument.HeadingSize * 1.08);
        double top = 20 + (heading.Count * SvgDocument.HeadingHeight);
        var svg = new SvgDocument(Title, Width, top + ((Groups.Count + columns - 1) / columns * panelHeight) + 4);
        svg.Heading(Edge, 24, heading);
        for (int i = 0; i < Groups.Count; i++)
        {
            DrawGroup(svg, Groups[i], Edge + (i % columns * (panelWidth + PanelGap)), top + (i / columns * panelHeight), panelWidth);
        }

        return svg.ToString();
    }

    private void Check()
    {
        foreach (BarGroup group in Groups)
        {
            if (group.Bars.Count != Names.Count)
            {
                throw new ArgumentException($"'{group.Title}' has {group.Bars.Count} bars for {Names.Count} names.");
            }

            if (group.Bars.FirstOrDefault(bar => bar is not null && !(bar.Value >= 0 && double.IsFinite(bar.Value))) is { } wrong)
            {
                throw new ArgumentException(FormattableString.Invariant($"'{group.Title}' has a bar of {wrong.Value}; bars begin at 0 and are finite."));
            }
        }
    }

    private void DrawGroup(SvgDocument svg, BarGroup group, double left, double top, double width)
    {
        string[] ends = [.. group.Bars.Select(bar => bar is null ? "–" : Text(group, bar))];
        double namesWidth = Math.Min(width * 0.38, Names.Select(name => TextWidth.Of(name, NameSize)).DefaultIfEmpty(0).Max());
        double endsWidth = ends.Select(text => TextWidth.Of(text)).DefaultIfEmpty(0).Max();
        double barsLeft = left + namesWidth + 10;
        double barsWidth = Math.Max(20, width - namesWidth - 10 - endsWidth - 8);
        double most = group.Bars.OfType<Bar>().Select(bar => Math.Max(bar.Value, bar.High ?? 0)).DefaultIfEmpty(0).Max();
        double Length(double value) => most > 0 ? barsWidth * Math.Clamp(value / most, 0, 1) : 0;

        svg.Add($"<text class=\"ink\" x=\"{left}\" y=\"{top + 14}\" font-weight=\"600\" fill=\"{Palette.Ink}\">{TextWidth.Fit(group.Title, width / 1.08)}</text>");
        for (int i = 0; i < Names.Count; i++)
        {
            double y = top + PanelHead + (i * RowHeight);
            svg.Add($"<g class=\"bar\"><title>{Names[i]}: {group.Title} {Hover(group.Bars[i])}</title>");
            svg.Label(barsLeft - 10, y + 13, TextWidth.Fit(Names[i], namesWidth, NameSize), "end");
            double end = barsLeft;
            if (group.Bars[i] is { } bar)
            {
                svg.Add($"<rect x=\"{barsLeft}\" y=\"{y + 1}\" width=\"{Math.Max(1, Length(bar.Value))}\" height=\"{RowHeight - 6}\" fill=\"{Palette.Line(Palette.OfSeries(i))}\"/>");
                end += Math.Max(Length(bar.Value), Length(bar.High ?? 0));
                DrawError(svg, bar, barsLeft, y + 1 + ((RowHeight - 6) / 2), Length);
            }

            svg.Add($"<text class=\"ink\" x=\"{end + 7}\" y=\"{y + 13}\" fill=\"{Palette.Ink}\">{ends[i]}</text></g>");
        }

        svg.Add($"<line class=\"line\" x1=\"{barsLeft}\" y1=\"{top + PanelHead - 3}\" x2=\"{barsLeft}\" y2=\"{top + PanelHead + (Names.Count * RowHeight) - 1}\" stroke=\"{Palette.Muted}\"/>");
    }

    private static void DrawError(SvgDocument svg, Bar bar, double left, double middle, Func<double, double> length)
    {
        if (bar.Low is null && bar.High is null)
        {
            return;
        }

        (double low, double high) = (left + length(bar.Low ?? bar.Value), left + length(bar.High ?? bar.Value));
        svg.Add($"<path class=\"error\" d=\"M{low} {middle - 4}v8M{low} {middle}H{high}M{high} {middle - 4}v8\" fill=\"none\" stroke=\"{Palette.Ink}\" stroke-width=\"1.5\"/>");
    }

    /// <summary>Whole numbers are counts and stand in full, others with three significant digits.</summary>
    private string Text(BarGroup group, Bar bar)
    {
        string value = bar.Text ?? (double.IsInteger(bar.Value) ? NumberText.Count(bar.Value) : NumberText.Of(Rounded(bar.Value)));
        bool hasRatio = HasRatios && group.Bars[0] is { Value: > 0 } first && !ReferenceEquals(first, bar);
        return hasRatio ? $"{value} (×{(bar.Value / group.Bars[0]!.Value).ToString("0.00", CultureInfo.InvariantCulture)})" : value;
    }

    private static string Hover(Bar? bar) => bar switch
    {
        null => "not measured",
        { Low: { } low, High: { } high } => $"{Exact(bar.Value)} ({Exact(low)} to {Exact(high)})",
        _ => Exact(bar.Value),
    };

    /// <summary>Three significant digits.</summary>
    private static double Rounded(double value) => double.Parse(value.ToString("G3", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);

    private static string Exact(double value) => double.IsInteger(value) ? NumberText.Count(value) : value.ToString("G6", CultureInfo.InvariantCulture);
}
