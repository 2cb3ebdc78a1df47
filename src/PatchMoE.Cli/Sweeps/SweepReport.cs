using System.Globalization;
using System.Net;
using System.Text;
using PatchMoE.Reports;

namespace PatchMoE.Cli.Sweeps;

/// <summary>A sweep as one self-contained HTML page.</summary>
internal static class SweepReport
{
    /// <summary>Writes the page.</summary>
    public static string ToHtml(SweepState state, ReportOrigin origin)
    {
        IReadOnlyList<SweepSummary> summaries = SweepSummary.Of(state);
        var html = new StringBuilder();
        AppendTable(html, state, summaries);
        AppendProblems(html, state);
        AppendOrigin(html, origin);
        return Markup.Page(state.Sweep.Name, state.Sweep.Name, Lead(state), html);
    }

    private static string Lead(SweepState state)
    {
        string text = string.Create(CultureInfo.InvariantCulture, $"{state.Count(CellState.Done)} of {state.Records.Count} trainings finished");
        foreach ((CellState kind, string words) in ((CellState, string)[])[(CellState.Diverged, "diverged"), (CellState.Invalid, "have a spec that is not valid"), (CellState.Open, "are not finished")])
        {
            text += state.Count(kind) is > 0 and int count ? string.Create(CultureInfo.InvariantCulture, $", {count} {words}") : "";
        }

        return text + ". Numbers are the mean ± standard deviation over the seeds.";
    }

    private static void AppendTable(StringBuilder html, SweepState state, IReadOnlyList<SweepSummary> summaries)
    {
        html.Append("<h2>Results</h2>\n<div class=\"scroll\"><table>\n<tr>");
        foreach (string title in (string[])[.. state.Sweep.Columns.ShortTitles, "seeds", .. state.ResultNames])
        {
            html.Append("<th>").Append(WebUtility.HtmlEncode(title)).Append("</th>");
        }

        html.Append("</tr>\n");
        foreach (SweepSummary summary in summaries)
        {
            string seeds = summary.Finished.ToString(CultureInfo.InvariantCulture) + (summary.Diverged > 0 ? string.Create(CultureInfo.InvariantCulture, $" (+ {summary.Diverged} diverged)") : "");
            IEnumerable<string> cells = [.. state.Sweep.Columns.Texts(summary.Point), summary.Point.Spec is null ? "not valid" : seeds, .. summary.Numbers.Select(Text)];
            html.Append("<tr>").AppendJoin("", cells.Select(cell => $"<td>{WebUtility.HtmlEncode(cell)}</td>")).Append("</tr>\n");
        }

        html.Append("</table></div>\n");
    }

    private static void AppendProblems(StringBuilder html, SweepState state)
    {
        ILookup<string, int> messages = Enumerable.Range(0, state.Records.Count).Where(i => state.Message(i).Length > 0).ToLookup(state.Message);
        if (messages.Count == 0)
        {
            return;
        }

        html.Append("<h2>Without numbers</h2>\n<table>\n<tr><th>cells</th><th>why</th></tr>\n");
        foreach (IGrouping<string, int> message in messages)
        {
            html.Line($"<tr><td>{message.Count()}</td><td>{WebUtility.HtmlEncode(message.Key)}</td></tr>");
        }

        html.Append("</table>\n");
    }

    private static void AppendOrigin(StringBuilder html, ReportOrigin origin)
    {
        html.Line($"<h2>Origin</h2>\n<table>\n<tr><th>command</th><td><code>{WebUtility.HtmlEncode(origin.Command)}</code></td></tr>");
        html.Line($"<tr><th>machine of this report</th><td>{WebUtility.HtmlEncode(ReportOrigin.Machine)}</td></tr>\n</table>");
        html.Line($"<details><summary>{WebUtility.HtmlEncode(origin.File)}</summary><pre>{WebUtility.HtmlEncode(origin.Text)}</pre></details>");
    }

    /// <summary>Three decimals for shares and losses, as many digits for others.</summary>
    private static string Text(Spread? spread) => spread switch
    {
        null => "–",
        { Deviation: { } deviation } => string.Create(CultureInfo.InvariantCulture, $"{spread.Mean:0.000} ± {deviation:0.000}"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{spread.Mean:0.000}"),
    };
}
