using System.Globalization;
using System.Net;
using System.Text;
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
        Milliseconds(run.SecondsPerStep),
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
        html.Line($"<div class=\"scroll\"><table>\n<tr>{Cells("th", Titles)}</tr>");
        foreach (RunRecord run in runs)
        {
            html.Line($"<tr>{Cells("td", Row(run))}</tr>");
        }

        html.Append("</table></div>\n<h2>Curves</h2>\n<div class=\"curves\">\n");

        // Routers that learn alone have another loss, and epochs of their own; the network learns either after them or with them.
        foreach (bool isRouters in (bool[])[true, false])
        {
            html.Append(PhaseCurves.Loss(isRouters, "training", runs, epoch => epoch.TrainLoss));
            html.Append(PhaseCurves.Loss(isRouters, "test", runs, epoch => epoch.TestLoss));
            html.Append(PhaseCurves.Draw(isRouters, "Test accuracy", "share of test samples", runs, epoch => epoch.TestAccuracy));
            html.Append(PhaseCurves.Draw(isRouters, "Router hit rate", "share of test samples", runs, epoch => epoch.RouterHitRate));
        }

        html.Append("</div>\n");
        const string Title = "Training runs side by side";
        return Markup.Page(Title, Title, "FLOPs are per sample, with a multiply-add counted as two; the time per step is the median over the epochs in which the network learns; memory is that of the whole process, data included.", html);
    }

    private static string Cells(string kind, IEnumerable<string> texts) => string.Concat(texts.Select(text => $"<{kind}>{WebUtility.HtmlEncode(text)}</{kind}>"));

    /// <summary>Three digits, whether it is a tenth of a millisecond or a second.</summary>
    internal static string Milliseconds(double? seconds) => (seconds * 1e3) switch
    {
        null => "",
        < 1 and var ms => Text(ms, "0.000"),
        < 10 and var ms => Text(ms, "0.00"),
        var ms => Text(ms, "N1"),
    };

    private static string Text(double? value, string format) => value?.ToString(format, CultureInfo.InvariantCulture) ?? "";
}
