using PatchMoE.Reports;

namespace PatchMoE.Cli.Reproductions;

/// <summary>The report on a spurious correlation.</summary>
internal static class SpuriousPage
{
    public static string Of(string title, string lead, SpuriousResult result, ReportTable rows, PatchMoESpec spec, ReportOrigin origin)
    {
        var page = new ReportPage(title, lead);
        int most = result.Tied.Samples[^1];
        page.Numbers([.. result.Tied.Networks.Where(network => result.Loss(network, most) is not null).Select(network => ($"lost by {network}, N = {most}", result.Loss(network, most)!.Value.ToString()))]);
        foreach (string finding in result.Findings)
        {
            page.Text(finding);
        }

        // The same vertical axis in both.
        double low = result.Tied.Entries.Concat(result.Untied.Entries).Select(entry => entry.Spread.Low ?? entry.Spread.Mean).DefaultIfEmpty(0).Min();
        page.Figures(
            (GridSection.Chart(result.Tied, "With the digit that is tied to the class, as in training", "test accuracy", low).ToSvg(), null),
            (GridSection.Chart(result.Untied, "Without it", "test accuracy", low).ToSvg(), null));
        page.Section("With the tied digit").Table(GridSection.Means(result.Tied), "Mean ± standard deviation over the seeds");
        page.Section("Without it").Table(GridSection.Means(result.Untied), "Mean ± standard deviation over the seeds");
        page.Section("Accuracy lost without it").Table(Losses(result), "Mean ± standard deviation over the seeds");
        if (result.SpuriousRate.Entries.Count > 0)
        {
            page.Section("What the experts take").Text("The share of the mosaics with a tied digit in which it is among the patches taken: with two experts, by the expert of the class; with more, by any. Below, the same for the class digit.");
            page.Figures(
                (GridSection.Chart(result.SpuriousRate.OfNetworksWithResults(), "The tied digit is taken", "share of mosaics", 0).ToSvg(), null),
                (GridSection.Chart(result.HitRate.OfNetworksWithResults(), "The class digit is taken", "share of mosaics", 0).ToSvg(), null));
        }

        return page.Details("Every training", rows).Details($"The first spec, {spec.Name}", SpecWriter.ToJson(spec)).ToHtml(origin);
    }

    private static ReportTable Losses(SpuriousResult result)
    {
        var table = new ReportTable([new ReportColumn("training samples"), .. result.Tied.Networks.Select(network => new ReportColumn(network))]);
        foreach (int samples in result.Tied.Samples)
        {
            table.Add([samples, .. result.Tied.Networks.Select(network => result.Loss(network, samples)?.ToString())]);
        }

        return table;
    }
}
