using System.Globalization;
using PatchMoE.Measurement;
using PatchMoE.Reports;

namespace PatchMoE.Cli.Sweeps;

/// <summary>A sweep as one self-contained HTML page: charts, a table of the points, and what has no numbers.</summary>
internal static class SweepReport
{
    /// <summary>Writes the page.</summary>
    /// <param name="state">The results.</param>
    /// <param name="source">The sweep file.</param>
    public static string ToHtml(SweepState state, SweepSource source)
    {
        var page = new ReportPage(state.Sweep.Name, Lead(state));
        var charts = new SweepCharts(state);
        AddFigures(page, "Accuracy", [.. charts.Lines()]);
        AddFigures(page, "Maps", [.. charts.Maps()]);
        page.Section("Results").Table(Results(state), "Mean ± standard deviation over the seeds");
        AddProblems(page, state);
        page.Details(source.Path, source.Text);
        return page.ToHtml(new ReportOrigin($"pmoe sweep {source.Path}", ReportMachine.Current(VectorClass.Current.ToString())));
    }

    private static string Lead(SweepState state)
    {
        string text = string.Create(CultureInfo.InvariantCulture, $"{state.Count(CellState.Done)} of {state.Records.Count} trainings finished");
        foreach ((CellState kind, string words) in ((CellState, string)[])[(CellState.Diverged, "diverged"), (CellState.Invalid, "have a spec that is not valid"), (CellState.Open, "are not finished")])
        {
            text += state.Count(kind) is > 0 and int count ? string.Create(CultureInfo.InvariantCulture, $", {count} {words}") : "";
        }

        return text + ".";
    }

    private static void AddFigures(ReportPage page, string title, string[] charts)
    {
        if (charts.Length > 0)
        {
            page.Section(title).Figures([.. charts.Select(svg => (svg, (string?)null))]);
        }
    }

    private static ReportTable Results(SweepState state)
    {
        string[] titles = [.. state.Sweep.Columns.ShortTitles, "seeds", "diverged", .. state.ResultNames];
        var table = new ReportTable([.. titles.Select(title => new ReportColumn(title))]);
        foreach (SweepSummary summary in SweepSummary.Of(state))
        {
            table.Add([.. state.Sweep.Columns.Texts(summary.Point), summary.Finished, summary.Diverged, .. summary.Numbers.Select(spread => spread?.ToString())]);
        }

        return table;
    }

    private static void AddProblems(ReportPage page, SweepState state)
    {
        ILookup<string, int> messages = Enumerable.Range(0, state.Records.Count).Where(i => state.Message(i).Length > 0).ToLookup(state.Message);
        if (messages.Count == 0)
        {
            return;
        }

        var table = new ReportTable(new ReportColumn("cells"), new ReportColumn("why"));
        foreach (IGrouping<string, int> message in messages)
        {
            table.Add(message.Count(), message.Key);
        }

        page.Section("Without numbers").Table(table);
    }
}
