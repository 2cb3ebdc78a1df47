using System.Globalization;
using PatchMoE.Cli.Experiments;
using PatchMoE.Reports;
using PatchMoE.Reports.Charts;

namespace PatchMoE.Cli.Reproductions;

/// <summary>The report on phase transitions: for each map the map itself, the hit rate, and the needed N.</summary>
internal static class PhasePage
{
    public static string Of(string title, string lead, IReadOnlyList<PhaseResult> results, ReportTable rows, ReportOrigin origin)
    {
        var page = new ReportPage(title, lead);
        page.Numbers([.. results.SelectMany(Numbers)]);
        foreach (PhaseResult result in results)
        {
            page.Section($"Training samples × {result.Plan.Meaning} ({Method(result)})");
            page.Figures([(Map(result).ToSvg(), null), .. Charts(result)]);
            foreach (string finding in result.Findings)
            {
                page.Text(finding);
            }

            page.Table(NeededTable(result), "The needed N: from it on, half of the trials or more succeed; interpolated in log N");
        }

        page.Details("Every training", rows);
        foreach (PatchMoESpec spec in results.Select(result => result.Base).DistinctBy(spec => spec.Name))
        {
            page.Details($"The spec {spec.Name}", SpecWriter.ToJson(spec));
        }

        return page.ToHtml(origin);
    }

    private static IEnumerable<(string Name, string Value)> Numbers(PhaseResult result)
    {
        if (result.Plan.HasThreshold)
        {
            yield return ($"l* by hit rate ({Method(result)})", result.Table.HitThreshold?.ToString(CultureInfo.InvariantCulture) ?? "–");
            yield return ($"l* by the map ({Method(result)})", result.Table.MapThreshold?.ToString(CultureInfo.InvariantCulture) ?? "–");
        }

        if (result.Growth.Fit is not null)
        {
            yield return ($"growth of N with {result.Plan.Symbol} ({Method(result)})", result.Growth.Text);
        }
    }

    private static string Method(PhaseResult result) => result.Base.Training!.Method == TrainingMethod.Separate ? "separate" : "joint";

    private static PhaseMap Map(PhaseResult result)
    {
        PhasePlan plan = result.Plan;
        PhaseCell[] cells = [.. result.Table.Entries.Select(entry => new PhaseCell(entry.Samples, entry.Setting, entry.Share, Hover(plan, entry)))];
        return new PhaseMap(
            "Where training succeeds",
            "training samples N",
            [.. result.Table.Samples.Select(samples => (double)samples)],
            plan.Meaning,
            [.. result.Table.Settings.Select(setting => (double)setting)],
            cells)
        {
            Marks = plan.HasThreshold && result.Table.HitThreshold is { } threshold ? [new XyMark(threshold, $"l* = {threshold} (hit rate)")] : [],
        };
    }

    private static string Hover(PhasePlan plan, PhaseEntry entry)
    {
        string hits = entry.HitRates.Count > 0 ? string.Create(CultureInfo.InvariantCulture, $", hit rate {entry.HitRates.Average():0.000}") : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"N = {entry.Samples}, {plan.Symbol} = {entry.Setting}: {entry.Successes} of {entry.Accuracies.Count} trials succeed, mean accuracy {entry.Accuracies.Average():0.000}{hits}");
    }

    private static IEnumerable<(string Svg, string? Caption)> Charts(PhaseResult result)
    {
        if (result.Plan.Symbol != "m" && result.Table.Entries.Any(entry => entry.HitRates.Count > 0))
        {
            yield return (HitChart(result).ToSvg(), null);
        }

        if (result.Growth.Points.Count > 0)
        {
            yield return (NeededChart(result).ToSvg(), null);
        }
    }

    private static XyChart HitChart(PhaseResult result)
    {
        PhaseTable table = result.Table;
        int[] shown = [.. new[] { table.Samples[0], table.Samples[table.Samples.Count / 2], table.Samples[^1] }.Distinct()];
        XySeries[] series = [.. shown.Select(samples => new XySeries(
            string.Create(CultureInfo.InvariantCulture, $"N = {samples}"),
            [.. table.Settings.Select(setting => table.Find(setting, samples)).OfType<PhaseEntry>().Where(entry => entry.HitRates.Count > 0).Select(HitPoint)]))];
        return new XyChart("Router hit rate: is the class's patch among those taken?", new XyAxis(result.Plan.Meaning), new XyAxis("hit rate", Low: 0, High: 1), series)
        {
            Marks = result.Plan.HasThreshold && table.HitThreshold is { } threshold ? [new XyMark(threshold, $"l* = {threshold}")] : [],
        };
    }

    private static XyPoint HitPoint(PhaseEntry entry)
    {
        Spread spread = Spread.Of(entry.HitRates);
        return new XyPoint(entry.Setting, spread.Mean, spread.Low, spread.High, $"{entry.HitRates.Count} trials");
    }

    private static XyChart NeededChart(PhaseResult result) => new(
        "The needed N",
        new XyAxis(result.Plan.Meaning, IsLogarithmic: true),
        new XyAxis("N at which half of the trials succeed", IsLogarithmic: true),
        [new XySeries("needed N", [.. result.Growth.Points.Select(point => new XyPoint(point.Setting, point.Samples))]) { Fit = result.Growth.Fit }]);

    private static ReportTable NeededTable(PhaseResult result)
    {
        var table = new ReportTable(new ReportColumn(result.Plan.Symbol), new ReportColumn("needed N"), new ReportColumn($"hit rate at N = {result.Table.Samples[^1]}", "0.000"));
        foreach ((int setting, NeededSamples needed) in result.Needed)
        {
            PhaseEntry? entry = result.Table.Find(setting, result.Table.Samples[^1]);
            table.Add(setting, needed.Text, entry is { HitRates.Count: > 0 } ? entry.HitRates.Average() : null);
        }

        return table;
    }
}
