using System.Globalization;

namespace PatchMoE.Reports.Charts;

/// <summary>A cell of a phase map.</summary>
/// <param name="Row">The setting along the vertical axis, one of the map's rows.</param>
/// <param name="Column">The setting along the horizontal axis, one of the map's columns.</param>
/// <param name="Share">The share of successful trials, 0 to 1.</param>
/// <param name="Hover">What hovering says, e.g. "N = 300, l = 2: 17 of 20 trials succeed"; null for the settings and the share.</param>
internal sealed record PhaseCell(double Row, double Column, double Share, string? Hover = null);

/// <summary>
/// Where trials succeed, as SVG: a cell for each pair of settings, black where none succeeds and white where all do, in any theme, as such maps are printed.
/// Cells without a result are hatched.
/// </summary>
/// <param name="Title">The title.</param>
/// <param name="Vertical">What the rows are, e.g. "training samples N".</param>
/// <param name="Rows">The settings of the rows, from the bottom upwards.</param>
/// <param name="Horizontal">What the columns are.</param>
/// <param name="Columns">The settings of the columns, from left to right.</param>
/// <param name="Cells">The cells that have a result, each at most once.</param>
internal sealed record PhaseMap(
    string Title, string Vertical, IReadOnlyList<double> Rows, string Horizontal, IReadOnlyList<double> Columns, IReadOnlyList<PhaseCell> Cells)
{
    private const double Edge = 16;
    private const double KeyHeight = 26;

    /// <summary>What the colours mean.</summary>
    public string Key { get; init; } = "share of trials that succeed";

    /// <summary>Vertical lines at the left edges of columns, e.g. at l*.</summary>
    public IReadOnlyList<XyMark> Marks { get; init; } = [];

    /// <summary>Draws the map.</summary>
    /// <returns>A self-contained SVG document.</returns>
    /// <exception cref="ArgumentException">A cell is not in the map, is there twice, or its share is not from 0 to 1.</exception>
    public string ToSvg()
    {
        Dictionary<(int, int), PhaseCell> cells = Placed();
        double left = Edge + 8 + Rows.Select(row => TextWidth.Of(NumberText.Of(row))).DefaultIfEmpty(0).Max();
        double cellWidth = Math.Clamp(560.0 / Math.Max(1, Columns.Count), 10, 64);
        double cellHeight = Math.Clamp(400.0 / Math.Max(1, Rows.Count), 10, 34);
        double width = Math.Max(420, left + (Columns.Count * cellWidth) + Edge + 8);
        IReadOnlyList<string> heading = TextWidth.Wrap(Title, width - (2 * Edge), SvgDocument.HeadingSize * 1.08);
        var key = new PhaseKey(Key, Cells.Count < Rows.Count * Columns.Count, width - (2 * Edge));
        double keyTop = 14 + (heading.Count * SvgDocument.HeadingHeight);
        double top = keyTop + key.Height + KeyHeight + (Marks.Count * 16);
        double bottom = top + (Rows.Count * cellHeight);

        var svg = new SvgDocument(Title, width, bottom + 46);
        svg.Heading(Edge, 24, heading);
        key.Draw(svg, Edge, keyTop);
        svg.Label(Edge, keyTop + key.Height + 17, TextWidth.Fit(Vertical, width - (2 * Edge)));
        for (int row = 0; row < Rows.Count; row++)
        {
            double y = bottom - ((row + 1) * cellHeight);
            for (int column = 0; column < Columns.Count; column++)
            {
                var place = new CellPlace(left + (column * cellWidth), y, cellWidth, cellHeight);
                if (cells.TryGetValue((row, column), out PhaseCell? cell))
                {
                    PhaseCellDrawing.Draw(svg, place, cell.Share, cell.Hover ?? $"{Settings(row, column)}: {cell.Share.ToString("0.###", CultureInfo.InvariantCulture)}");
                }
                else
                {
                    PhaseCellDrawing.DrawMissing(svg, place, $"{Settings(row, column)}: no result");
                }
            }
        }

        svg.Add($"<rect class=\"line\" x=\"{left}\" y=\"{top}\" width=\"{Columns.Count * cellWidth}\" height=\"{bottom - top}\" fill=\"none\" stroke=\"{Palette.Muted}\"/>");
        DrawLabels(svg, left, bottom, cellWidth, cellHeight, width);
        DrawMarks(svg, left, top, bottom, cellWidth, width);
        return svg.ToString();
    }

    private Dictionary<(int, int), PhaseCell> Placed()
    {
        var cells = new Dictionary<(int, int), PhaseCell>();
        foreach (PhaseCell cell in Cells)
        {
            (int row, int column) = (IndexOf(Rows, cell.Row), IndexOf(Columns, cell.Column));
            if (row < 0 || column < 0 || !(cell.Share is >= 0 and <= 1) || !cells.TryAdd((row, column), cell))
            {
                throw new ArgumentException(FormattableString.Invariant(
                    $"The cell at row {cell.Row}, column {cell.Column} with share {cell.Share} is not in the map, is there twice, or its share is not from 0 to 1."));
            }
        }

        return cells;
    }

    private static int IndexOf(IReadOnlyList<double> values, double value)
    {
        for (int i = 0; i < values.Count; i++)
        {
            if (values[i] == value)
            {
                return i;
            }
        }

        return -1;
    }

    private string Settings(int row, int column) => $"{Vertical} {NumberText.Of(Rows[row])}, {Horizontal} {NumberText.Of(Columns[column])}";

    /// <summary>Every label where there is room, otherwise every second, third, …</summary>
    private void DrawLabels(SvgDocument svg, double left, double bottom, double cellWidth, double cellHeight, double width)
    {
        string[] columns = [.. Columns.Select(NumberText.Of)];
        int columnStep = (int)Math.Ceiling((columns.Select(text => TextWidth.Of(text)).DefaultIfEmpty(0).Max() + 8) / cellWidth);
        for (int column = 0; column < columns.Length; column += Math.Max(1, columnStep))
        {
            svg.Label(left + ((column + 0.5) * cellWidth), bottom + 18, columns[column], "middle");
        }

        int rowStep = (int)Math.Ceiling(15 / cellHeight);
        for (int row = 0; row < Rows.Count; row += rowStep)
        {
            svg.Label(left - 8, bottom - ((row + 0.5) * cellHeight) + 4, NumberText.Of(Rows[row]), "end");
        }

        string title = TextWidth.Fit(Horizontal, width - (2 * Edge));
        double half = TextWidth.Of(title) / 2;
        svg.Label(Math.Clamp(left + (Columns.Count * cellWidth / 2), Edge + half, width - Edge - half), bottom + 37, title, "middle");
    }

    private void DrawMarks(SvgDocument svg, double left, double top, double bottom, double cellWidth, double width)
    {
        for (int i = 0; i < Marks.Count; i++)
        {
            int column = IndexOf(Columns, Marks[i].X);
            if (column < 0)
            {
                throw new ArgumentException(FormattableString.Invariant($"The mark '{Marks[i].Text}' is at {Marks[i].X}, which is no column of the map."));
            }

            double x = left + (column * cellWidth);
            double y = top - 6 - ((Marks.Count - 1 - i) * 16);
            bool isLeft = x > width / 2;
            svg.Add($"<line x1=\"{x}\" y1=\"{y - 10}\" x2=\"{x}\" y2=\"{bottom}\" stroke=\"{Palette.Line(3)}\" stroke-width=\"2.5\"/>");
            svg.OnTop(isLeft ? x - 6 : x + 6, y, TextWidth.Fit(Marks[i].Text, (isLeft ? x - Edge : width - Edge - x) - 6), isLeft ? "end" : "start");
        }
    }
}
