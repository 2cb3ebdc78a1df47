using PatchMoE.Reports;

namespace PatchMoE.Cli.Sweeps;

/// <summary>A sweep's results as tables. They contain no times and nothing of the machine, so that the same sweep always gives the same bytes.</summary>
internal static class SweepTables
{
    /// <summary>A row for each cell that has a result or never will: the varied fields, the seed, the state, the numbers, and a message where there are none.</summary>
    public static ReportTable Cells(SweepState state)
    {
        SweepColumns columns = state.Sweep.Columns;
        ReportTable table = Table([.. columns.Titles, "seed", "state", .. state.ResultNames, "message"]);
        for (int i = 0; i < state.Sweep.Cells.Count; i++)
        {
            SweepCell cell = state.Sweep.Cells[i];
            if (state.StateOf(i) is not CellState.Open and var known)
            {
                table.Add([.. columns.Texts(cell.Point), cell.Seed, known.ToString().ToLowerInvariant(), .. state.ResultNames.Select(name => (object?)state.Number(i, name)), state.Message(i)]);
            }
        }

        return table;
    }

    /// <summary>A row for each point: the varied fields, the number of seeds with numbers and of those that diverged, and mean and standard deviation of each number.</summary>
    public static ReportTable Points(SweepState state)
    {
        SweepColumns columns = state.Sweep.Columns;
        ReportTable table = Table([.. columns.Titles, "n", "diverged", .. state.ResultNames.SelectMany(name => new[] { $"{name}Mean", $"{name}Sd" })]);
        foreach (SweepSummary summary in SweepSummary.Of(state))
        {
            IEnumerable<object?> numbers = summary.Numbers.SelectMany(spread => new object?[] { spread?.Mean, spread?.Deviation });
            table.Add([.. columns.Texts(summary.Point), summary.Finished, summary.Diverged, .. numbers]);
        }

        return table;
    }

    private static ReportTable Table(string[] titles) => new([.. titles.Select(title => new ReportColumn(title))]);
}
