using Spectre.Console;

namespace PatchMoE.Cli.Outputs;

/// <summary>
/// A table on the error stream; the first column holds names, the others numbers. One that is wider than the terminal is turned over, so that each row of it
/// becomes a column, or, if that is too wide as well, cut into tables that each begin with the names.
/// </summary>
internal sealed class TextTable
{
    // A pipe has no width; a table written to it must not be truncated.
    private const int PipeWidth = 160;

    // A space at each side, and a line.
    private const int CellBorder = 3;

    private readonly List<string[]> _rows;

    public TextTable(params string[] titles) => _rows = [titles];

    public void Add(params string[] cells) => _rows.Add(cells);

    public void Write(CommandContext context)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(context.Error) });
        if (!context.IsWatched)
        {
            console.Profile.Width = PipeWidth;
        }

        foreach (IReadOnlyList<string[]> rows in Fit(_rows, console.Profile.Width))
        {
            var table = new Table();
            for (int column = 0; column < rows[0].Length; column++)
            {
                table.AddColumn(new TableColumn(Markup.Escape(rows[0][column])) { Alignment = column == 0 ? Justify.Left : Justify.Right });
            }

            foreach (string[] row in rows.Skip(1))
            {
                table.AddRow(row.Select(Markup.Escape).ToArray());
            }

            console.Write(table.Border(context.IsWatched ? TableBorder.Rounded : TableBorder.Ascii));
        }
    }

    /// <summary>The table as one or several that fit.</summary>
    /// <param name="rows">Its rows, the titles first.</param>
    /// <param name="width">The columns of the terminal.</param>
    internal static IReadOnlyList<IReadOnlyList<string[]>> Fit(IReadOnlyList<string[]> rows, int width)
    {
        if (Width(rows) <= width)
        {
            return [rows];
        }

        string[][] turned = [.. Enumerable.Range(0, rows[0].Length).Select(column => rows.Select(row => row[column]).ToArray())];
        return Width(turned) <= width ? [turned] : [.. Parts(rows, width)];
    }

    private static IEnumerable<IReadOnlyList<string[]>> Parts(IReadOnlyList<string[]> rows, int width)
    {
        var columns = new List<int>();
        for (int column = 1; column < rows[0].Length; column++)
        {
            if (columns.Count > 0 && Width(Chosen(rows, [.. columns, column])) > width)
            {
                yield return Chosen(rows, columns);
                columns = [];
            }

            columns.Add(column);
        }

        yield return Chosen(rows, columns);
    }

    private static string[][] Chosen(IReadOnlyList<string[]> rows, List<int> columns) =>
        [.. rows.Select(row => (string[])[row[0], .. columns.Select(column => row[column])])];

    private static int Width(IReadOnlyList<string[]> rows) => 1 + Enumerable.Range(0, rows[0].Length).Sum(column => CellBorder + rows.Max(row => row[column].Length));
}
