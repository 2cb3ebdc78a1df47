using System.Globalization;

namespace PatchMoE.Cli.Sweeps;

/// <summary>A sweep's results as CSV. They contain no times and nothing of the machine, so that the same sweep always gives the same bytes.</summary>
internal static class SweepTables
{
    /// <summary>A row for each cell that has a result or never will: the varied fields, the seed, the state, the numbers, and a message where there are none.</summary>
    public static string Cells(SweepState state)
    {
        SweepColumns columns = state.Sweep.Columns;
        CsvText csv = new CsvText().Row([.. columns.Titles, "seed", "state", .. state.ResultNames, "message"]);
        for (int i = 0; i < state.Sweep.Cells.Count; i++)
        {
            SweepCell cell = state.Sweep.Cells[i];
            if (state.StateOf(i) is not CellState.Open and var known)
            {
                IEnumerable<string> numbers = state.ResultNames.Select(name => CsvText.Number(state.Number(i, name)));
                csv.Row([.. columns.Texts(cell.Point), cell.Seed.ToString(CultureInfo.InvariantCulture), Word(known), .. numbers, state.Message(i)]);
            }
        }

        return csv.ToString();
    }

    /// <summary>A row for each point: the varied fields, the number of seeds with numbers and of those that diverged, and mean and standard deviation of each number.</summary>
    public static string Points(SweepState state)
    {
        SweepColumns columns = state.Sweep.Columns;
        CsvText csv = new CsvText().Row([.. columns.Titles, "n", "diverged", .. state.ResultNames.SelectMany(name => new[] { $"{name}Mean", $"{name}Sd" })]);
        foreach (SweepSummary summary in SweepSummary.Of(state))
        {
            IEnumerable<string> numbers = summary.Numbers.SelectMany(spread => new[] { CsvText.Number(spread?.Mean), CsvText.Number(spread?.Deviation) });
            csv.Row([.. columns.Texts(summary.Point), Text(summary.Finished), Text(summary.Diverged), .. numbers]);
        }

        return csv.ToString();
    }

    private static string Word(CellState state) => state.ToString().ToLowerInvariant();

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
