using PatchMoE.Reports;
using PatchMoE.Reports.Charts;

namespace PatchMoE.Cli.Reproductions;

/// <summary>The report on the growth of the needed N with n.</summary>
internal static class NoisePage
{
    public static string Of(string title, string lead, NoiseResult result, ReportTable rows, PatchMoESpec spec, ReportOrigin origin)
    {
        var page = new ReportPage(title, lead);
        page.Numbers([.. result.Networks.Where(network => result.Growth(network).Fit is not null).Select(network => ($"exponent, {network}", result.Growth(network).Text))]);
        page.Figure(NeededChart(result).ToSvg(), "Both axes are logarithmic: a power law is a straight line.");
        foreach (string finding in result.Findings)
        {
            page.Text(finding);
        }

        page.Table(NeededTable(result), $"The N needed for a mean accuracy of {NoiseResult.TargetText}, interpolated in log N");
        page.Section("Test accuracy against training samples");
        page.Figures([.. result.Grids.Select(grid => (GridSection.Chart(grid.Accuracy, $"n = {grid.Patches} patches", "test accuracy", 0.4).ToSvg(), (string?)null))]);
        page.Section("Router hit rate").Table(HitTable(result), $"With N = {result.Samples[^1]}, mean ± standard deviation over the seeds");
        foreach (NoiseGrid grid in result.Grids)
        {
            page.Section($"Test accuracy, n = {grid.Patches}").Table(GridSection.Means(grid.Accuracy), "Mean ± standard deviation over the seeds");
        }

        return page.Details("Every training", rows).Details($"The first spec, {spec.Name}", SpecWriter.ToJson(spec)).ToHtml(origin);
    }

    private static XyChart NeededChart(NoiseResult result) => new(
        $"Training samples needed for an accuracy of {NoiseResult.TargetText}",
        new XyAxis("patches n", IsLogarithmic: true),
        new XyAxis("needed N", IsLogarithmic: true),
        [.. result.Networks.Select((network, index) => new XySeries(network, [.. result.Growth(network).Points.Select(point => new XyPoint(point.Setting, point.Samples))]) { Fit = result.Growth(network).Fit, Colour = index })]);

    private static ReportTable NeededTable(NoiseResult result)
    {
        var table = new ReportTable([new ReportColumn("network"), .. result.Grids.Select(grid => new ReportColumn($"n = {grid.Patches}")), new ReportColumn("exponent")]);
        foreach (string network in result.Networks)
        {
            table.Add([network, .. result.Needed(network).Select(one => one.Needed.Text), result.Growth(network).Fit is null ? null : result.Growth(network).Text]);
        }

        return table;
    }

    private static ReportTable HitTable(NoiseResult result)
    {
        string[] networks = [.. result.Networks.Where(network => result.Grids.Any(grid => grid.HitRate.Find(network, result.Samples[^1]) is not null))];
        var table = new ReportTable([new ReportColumn("patches n"), .. networks.Select(network => new ReportColumn(network))]);
        foreach (NoiseGrid grid in result.Grids)
        {
            table.Add([grid.Patches, .. networks.Select(network => grid.HitRate.Find(network, result.Samples[^1])?.Spread.ToString())]);
        }

        return table;
    }
}
