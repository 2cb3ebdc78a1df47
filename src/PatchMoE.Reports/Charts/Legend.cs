namespace PatchMoE.Reports.Charts;

/// <summary>A series in a legend.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Index">The index of its colour and marker.</param>
/// <param name="IsDashed">Whether its line is dashed.</param>
/// <param name="HasMarkers">Whether its points are drawn.</param>
internal sealed record LegendEntry(string Name, int Index, bool IsDashed = false, bool HasMarkers = true);

/// <summary>The names of series, in as many rows as they need; what is wider than a whole row is cut and can be hovered over.</summary>
internal sealed class Legend
{
    private const double RowHeight = 19;
    private const double KeyWidth = 30;
    private const double Gap = 20;
    private readonly List<(LegendEntry Entry, string Text, double X, int Row)> _places = [];

    /// <summary>Places the entries.</summary>
    public Legend(IReadOnlyList<LegendEntry> entries, double width)
    {
        (double x, int row) = (0, 0);
        foreach (LegendEntry entry in entries)
        {
            string text = TextWidth.Fit(entry.Name, width - KeyWidth);
            double entryWidth = KeyWidth + TextWidth.Of(text);
            if (x > 0 && x + entryWidth > width)
            {
                (x, row) = (0, row + 1);
            }

            _places.Add((entry, text, x, row));
            x += entryWidth + Gap;
        }

        Height = entries.Count == 0 ? 0 : (row + 1) * RowHeight;
    }

    /// <summary>The height of all rows.</summary>
    public double Height { get; }

    /// <summary>Draws it from the upper left corner.</summary>
    public void Draw(SvgDocument svg, double left, double top)
    {
        foreach ((LegendEntry entry, string text, double x, int row) in _places)
        {
            double keyX = left + x;
            double y = top + ((row + 0.5) * RowHeight);
            svg.Add($"<g class=\"legend\"><title>{entry.Name}</title>");
            Stroke.Line(svg, $"{keyX:0.##},{y:0.##} {keyX + 24:0.##},{y:0.##}", entry.Index, entry.IsDashed);
            if (entry.HasMarkers)
            {
                Marker.Draw(svg, keyX + 12, y, entry.Index);
            }

            svg.Add($"<text class=\"ink\" x=\"{keyX + KeyWidth}\" y=\"{y + 4}\" fill=\"{Palette.Ink}\">{text}</text></g>");
        }
    }
}
