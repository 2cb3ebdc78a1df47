using System.Globalization;
using PatchMoE.Reports;
using PatchMoE.Reports.Charts;

namespace PatchMoE.Cli.Reproductions;

/// <summary>The report on networks on texts.</summary>
internal static class TextPage
{
    /// <summary>Draws it.</summary>
    /// <param name="title">Its title.</param>
    /// <param name="lead">What was trained.</param>
    /// <param name="result">The accuracies.</param>
    /// <param name="rows">Every training.</param>
    /// <param name="specs">The networks' specs; none for what is no network.</param>
    /// <param name="origin">Where the numbers come from.</param>
    public static string Of(string title, string lead, TextResult result, ReportTable rows, IReadOnlyList<PatchMoESpec> specs, ReportOrigin origin)
    {
        var page = new ReportPage(title, lead);
        page.Numbers([.. result.Networks.Where(network => result.Find(network, result.Most, result.Irrelevant[0]) is not null).Select(network => ($"{network}, N = {result.Most}", result.Find(network, result.Most, result.Irrelevant[0])!.Spread.ToString()))]);
        foreach (string finding in result.Findings)
        {
            page.Text(finding);
        }

        List<(string Svg, string? Caption)> charts = [];
        if (result.Samples.Count > 1)
        {
            charts.Add((Chart(result, "Accuracy against training texts", new XyAxis("training texts N", IsLogarithmic: true), result.Samples, (network, samples) => result.Find(network, samples, result.Irrelevant[0])), null));
        }

        if (result.Irrelevant.Count > 1)
        {
            charts.Add((Chart(result, "Accuracy against irrelevant sentences", new XyAxis("irrelevant sentences k in each text"), result.Irrelevant, (network, count) => result.Find(network, result.Most, count)), null));
        }

        page.Figures([.. charts]);
        page.Section("Test accuracy").Table(Table(result, "training texts", result.Samples, (network, samples) => result.Find(network, samples, result.Irrelevant[0])), "Mean ± standard deviation over the seeds");
        if (result.Irrelevant.Count > 1)
        {
            ReportTable noise = Table(result, "irrelevant sentences", result.Irrelevant, (network, count) => result.Find(network, result.Most, count));
            noise.Add(["lost", .. result.Networks.Select(network => result.Lost(network)?.ToString())]);
            page.Section($"With irrelevant sentences, {result.Most} training texts").Table(noise, "Mean ± standard deviation over the seeds");
        }

        page.Section("Cost").Table(Costs(specs), "Forward pass of a text that fills the input; padding costs nothing");
        page.Details("Every training", rows);
        foreach (PatchMoESpec spec in specs)
        {
            page.Details($"The spec of {spec.Name}", SpecWriter.ToJson(spec));
        }

        return page.ToHtml(origin);
    }

    private static string Chart(TextResult result, string title, XyAxis axis, IReadOnlyList<int> settings, Func<string, int, TextEntry?> find)
    {
        XyPoint? Point(string network, int setting) => find(network, setting) is { } entry
            ? new XyPoint(setting, entry.Spread.Mean, entry.Spread.Low, entry.Spread.High, string.Create(CultureInfo.InvariantCulture, $"{entry.Values.Count} seeds"))
            : null;
        XySeries[] series = [.. result.Networks.Select(network => new XySeries(network, [.. settings.Select(setting => Point(network, setting)).OfType<XyPoint>()]))];
        return new XyChart(title, axis, new XyAxis("test accuracy, mean ± standard deviation"), series).ToSvg();
    }

    private static ReportTable Table(TextResult result, string first, IReadOnlyList<int> settings, Func<string, int, TextEntry?> find)
    {
        var table = new ReportTable([new ReportColumn(first), .. result.Networks.Select(network => new ReportColumn(network))]);
        foreach (int setting in settings)
        {
            table.Add([setting, .. result.Networks.Select(network => find(network, setting)?.Spread.ToString().Replace(' ', '\u00a0'))]);
        }

        return table;
    }

    private static ReportTable Costs(IReadOnlyList<PatchMoESpec> specs)
    {
        var table = new ReportTable(new ReportColumn("network"), new ReportColumn("weights"), new ReportColumn("MFLOP", "0.00"));
        foreach (PatchMoESpec spec in specs)
        {
            var cost = NetworkCost.Of(spec.Model);
            table.Add(spec.Name, cost.Parameters, cost.ForwardFlops / 1e6);
        }

        return table;
    }
}
