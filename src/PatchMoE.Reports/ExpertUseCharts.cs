using System.Globalization;
using System.Text;
using PatchMoE.Reports.Charts;
using PatchMoE.Training.Evaluation;
using PatchMoE.Training.Runs;

namespace PatchMoE.Reports;

/// <summary>How the experts were used, epoch by epoch.</summary>
internal static class ExpertUseCharts
{
    // More lines than colours could not be told apart.
    private const int MaximumLines = 8;

    private const double SameShare = 1e-4;

    public static void Append(StringBuilder html, IReadOnlyList<EpochMetrics> history)
    {
        ExpertUse?[] uses = [.. history.Select(epoch => epoch.Experts)];
        if (uses.FirstOrDefault(use => use is not null) is not { } first)
        {
            return;
        }

        string epochs = history.Any(epoch => epoch.Phase == TrainingPhase.Routers) ? "epoch, of the routers and then of the experts" : "epoch";
        html.Append(LineChart.Draw(
            "Experts: entropy of use, patches taken",
            "share",
            [
                new ChartSeries("entropy", 2, [.. uses.Select(use => use?.Entropy)]),
                new ChartSeries("patches taken by any", 0, [.. uses.Select(use => use?.Covered)]),
                .. first.Dropped is null ? [] : (ChartSeries[])[new ChartSeries("choices dropped", 1, [.. uses.Select(use => use?.Dropped)])],
            ],
            high: 1,
            horizontal: epochs));
        bool hasGates = first.Gate.Count > 0;
        EquatableArray<double> Shares(ExpertUse use) => hasGates ? use.Gate : use.Patches;
        int experts = first.Patches.Count;
        if (uses.OfType<ExpertUse>().All(use => Shares(use).All(share => Math.Abs(share - (1.0 / experts)) < SameShare)))
        {
            // Gates that are normalised over the chosen patches give every expert the same share by definition.
            return;
        }

        if (experts is > 1 and <= MaximumLines)
        {
            html.Append(LineChart.Draw(
                hasGates ? "Experts: share of gate values" : "Experts: share of patches",
                "share",
                [.. Enumerable.Range(0, experts).Select(s => new ChartSeries(s.ToString(CultureInfo.InvariantCulture), s, [.. uses.Select(use => use is null ? (double?)null : Shares(use)[s])]))],
                horizontal: epochs));
        }
        else if (experts > MaximumLines)
        {
            html.Append(LineChart.Draw(
                $"Share of {(hasGates ? "gate values" : "patches")}, of {experts} experts",
                "share",
                [
                    new ChartSeries("largest", 5, [.. uses.Select(use => use is null ? (double?)null : Shares(use).Max())]),
                    new ChartSeries("smallest", 0, [.. uses.Select(use => use is null ? (double?)null : Shares(use).Min())]),
                ],
                horizontal: epochs));
        }
    }
}
