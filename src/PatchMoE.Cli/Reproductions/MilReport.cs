using System.Globalization;
using PatchMoE.Cli.Experiments;
using PatchMoE.Reports;
using PatchMoE.Reports.Charts;

namespace PatchMoE.Cli.Reproductions;

/// <summary>The tables and the page of the experiment.</summary>
internal static class MilReport
{
    private const string Auc = "AUC, mean ± standard deviation over the seeds";
    private const string Picked = "Share of positive bags whose picked patch is a positive digit";
    private const string Time = "Milliseconds per epoch";

    public static string ToMarkdown(string title, string lead, MilTable table) =>
        $"# {title}\n\n{lead}\n"
        + table.ToMarkdown(Auc, entry => Spread.Of(entry.Aucs).ToString())
        + table.ToMarkdown(Picked, entry => Spread.Of(entry.Picked).ToString())
        + table.ToMarkdown(Time, entry => Milliseconds(entry).ToString("0.0", CultureInfo.InvariantCulture));

    public static string ToHtml(string title, string lead, MilTable table, ReportOrigin origin)
    {
        var page = new ReportPage(title, lead);
        foreach (string network in table.Networks)
        {
            page.Section($"Bags of {table.Sizes(network)} digits")
                .Figures(
                    (Chart(table, network, "AUC against training bags", "AUC", entry => entry.Aucs), "Mean and standard deviation over the seeds."),
                    (Chart(table, network, "Is the picked patch a positive digit?", "share of positive bags", entry => entry.Picked), "Mean and standard deviation over the seeds."))
                .Figure(Durations(table, network), $"{Time} with the most bags, one thread, median of all epochs and seeds.");
        }

        page.Section("Numbers");
        foreach (string network in table.Networks)
        {
            page.Table(Numbers(table, network), $"Bags of {table.Sizes(network)} digits: means over the seeds, and the deviation of the AUC");
        }

        return page.Text(
                "The patch picked is the one that speaks most for a positive answer: with the pMoE the one with the largest contribution to the logit; with attention the one "
                + "with the largest weight; with max and mean pooling the one with the largest part of the logit.")
            .Details("Every training", table.Rows())
            .ToHtml(origin);
    }

    private static string Chart(MilTable table, string network, string title, string vertical, Func<MilEntry, IReadOnlyList<double>> values) => new XyChart(
        title,
        new XyAxis("training bags"),
        new XyAxis(vertical, High: 1),
        [.. table.Methods.Select(method => new XySeries(method, [.. table.Of(network, method).Select(entry => Point(entry, values(entry)))]))]).ToSvg();

    private static XyPoint Point(MilEntry entry, IReadOnlyList<double> values)
    {
        var spread = Spread.Of(values);
        return new XyPoint(entry.Bags, spread.Mean, spread.Low, spread.High, values.Count == 1 ? "1 seed" : $"{values.Count} seeds");
    }

    private static string Durations(MilTable table, string network) => new BarChart(
        $"time per epoch, bags of {table.Sizes(network)} digits",
        table.Methods,
        [new BarGroup("ms", [.. table.Methods.Select(method => table.Of(network, method).LastOrDefault() is { } entry ? new Bar(Milliseconds(entry)) : null)])])
    {
        HasRatios = true,
    }.ToSvg();

    private static ReportTable Numbers(MilTable table, string network)
    {
        var rows = new ReportTable(
            new("bags"), new("method"), new("weights"), new("AUC", "0.000"), new("±", "0.000"), new("accuracy", "0.000"), new("picked", "0.000"), new("ms per epoch", "0.0"), new("seeds"));
        foreach (MilEntry entry in table.Entries.Where(entry => entry.Network == network))
        {
            var auc = Spread.Of(entry.Aucs);
            rows.Add(entry.Bags, entry.Method, entry.Weights, auc.Mean, auc.Deviation, entry.Accuracies.Average(), entry.Picked.Average(), Milliseconds(entry), entry.Aucs.Count);
        }

        return rows;
    }

    private static double Milliseconds(MilEntry entry) => 1000 * entry.SecondsPerEpoch;
}
