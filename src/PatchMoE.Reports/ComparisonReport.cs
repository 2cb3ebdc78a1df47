using System.Globalization;
using System.Net;
using System.Text;
using PatchMoE.Reports.Charts;
using PatchMoE.Training.Runs;

namespace PatchMoE.Reports;

/// <summary>Training runs side by side on one self-contained HTML page: what they cost and how fast they learned.</summary>
public static class ComparisonReport
{
    /// <summary>The columns of the table.</summary>
    public static IReadOnlyList<string> Titles { get; } =
        ["run", "weights", "MFLOP forward", "MFLOP training", "ms per step", "batch", "peak MB", "epochs", "train loss", "test loss", "test accuracy"];

    /// <summary>A run's row: FLOPs of one sample, the time of one update, and the losses and accuracy of its last epoch.</summary>
    public static IReadOnlyList<string> Row(RunRecord run) =>
    [
        run.Name,
        Text(run.Spec.Model.WeightCount(), "N0"),
        Text(run.Cost.ForwardFlops / 1e6, "N2"),
        Text((run.Cost.ForwardFlops + run.Cost.BackwardFlops) / 1e6, "N2"),
        Text(run.SecondsPerStep * 1e3, "N1"),
        Text(run.Batch, "0"),
        Text(run.PeakMemory / 1e6, "N0"),
        Text(run.History.Count, "0"),
        Text(run.Last.TrainLoss, "0.0000"),
        Text(run.Last.TestLoss, "0.0000"),
        Text(run.Last.TestAccuracy, "0.0000"),
    ];

    /// <summary>Writes the page.</summary>
    /// <param name="runs">The runs, at least one.</param>
    public static string ToHtml(IReadOnlyList<RunRecord> runs)
    {
        var html = new StringBuilder();
        html.Line($"<table>\n<tr>{Cells("th", Titles)}</tr>");
        foreach (RunRecord run in runs)
        {
            html.Line($"<tr>{Cells("td", Row(run))}</tr>");
        }

        html.Append("</table>\n<h2>Curves</h2>\n<div class=\"curves\">\n");
        html.Append(Chart("Training loss", runs, epoch => epoch.TrainLoss));
        html.Append(Chart("Test loss", runs, epoch => epoch.TestLoss));
        html.Append(Chart("Test accuracy", runs, epoch => epoch.TestAccuracy));
        html.Append("</div>\n");
        const string Title = "Training runs side by side";
        return Markup.Page(Title, Title, "FLOPs are per sample, with a multiply-add counted as two; memory is that of the whole process, data included.", html);
    }

    private static string Chart(string title, IReadOnlyList<RunRecord> runs, Func<EpochMetrics, double?> value)
    {
        int epochs = runs.Max(run => run.History.Count);
        ChartSeries[] lines =
        [
            .. runs.Select((run, i) => new ChartSeries(run.Name, i, [.. Enumerable.Range(0, epochs).Select(e => e < run.History.Count ? value(run.History[e]) : null)])),
        ];
        return lines.Any(line => line.Values.Any(one => one is not null)) ? LineChart.Draw(title, lines) : "";
    }

    private static string Cells(string kind, IEnumerable<string> texts) => string.Concat(texts.Select(text => $"<{kind}>{WebUtility.HtmlEncode(text)}</{kind}>"));

    private static string Text(double? value, string format) => value?.ToString(format, CultureInfo.InvariantCulture) ?? "";
}
