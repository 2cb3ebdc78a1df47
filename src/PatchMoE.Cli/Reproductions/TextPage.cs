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

        TextEntry? BySamples(string network, int samples) => result.Find(network, samples, result.Irrelevant[0]);
        TextEntry? ByNoise(string network, int count) => result.Find(network, result.Most, count);
        List<(string Svg, string? Caption)> charts = [];
        if (result.Samples.Count > 1)
        {
            charts.Add((Chart(result, "Accuracy against training texts", new XyAxis("training texts N", IsLogarithmic: true), result.Samples, BySamples), null));
        }

        if (result.Irrelevant.Count > 1)
        {
            charts.Add((Chart(result, "Accuracy against irrelevant sentences", new XyAxis("irrelevant sentences k in each text"), result.Irrelevant, ByNoise), null));
        }

        page.Figures([.. charts]);
        page.Section("Test accuracy").Table(Table(result, "training texts", result.Samples, BySamples), "Mean ± standard deviation over the seeds");
        if (result.Irrelevant.Count > 1)
        {
            ReportTable noise = Table(result, "irrelevant sentences", result.Irrelevant, ByNoise);
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

    private static string Chart(TextResult result, string title, XyAxis setting, IReadOnlyList<int> settings, Func<string, int, TextEntry?> find) => GridSection.Chart(
        title,
        setting,
        new XyAxis("test accuracy, mean ± standard deviation"),
        result.Networks,
        settings,
        (network, at) => find(network, at) is { } entry ? (entry.Spread, entry.Values.Count) : null).ToSvg();

    private static ReportTable Table(TextResult result, string setting, IReadOnlyList<int> settings, Func<string, int, TextEntry?> find) =>
        GridSection.Means(setting, result.Networks, settings, (network, at) => find(network, at)?.Spread);

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
