using System.Globalization;
using System.Text;
using PatchMoE.Cli.Experiments;
using PatchMoE.Cli.Pruning;
using PatchMoE.Reports;
using PatchMoE.Reports.Charts;

namespace PatchMoE.Cli.Reproductions;

/// <summary>The report of the pruning experiment.</summary>
/// <param name="title">The experiment's title.</param>
/// <param name="origin">The command that makes it, and the machine.</param>
/// <param name="tables">The networks.</param>
internal sealed class PruneReport(string title, ReportOrigin origin, IReadOnlyList<PruneTable> tables)
{
    private const string Lead =
        "Experts of a trained network are removed one after another, with their routers, neurons and head weights, from the one whose router training moved least, "
        + "‖w_s − w_s(0)‖, to the one it moved most; beside it a random order and the opposite one. Accuracies are on test samples, mean ± standard deviation over the seeds.";

    private static readonly RemovalOrder[] s_orders = Enum.GetValues<RemovalOrder>();

    public ReproductionReport Build() => new(Html(), Markdown(), Csv(), tables.Select(Results));

    private static object Results(PruneTable table) => new
    {
        table.Network,
        Seeds = table.Results.Count,
        Accuracy = table.Whole(tuned: false),
        Removable = s_orders.Select(order => new { Order = order.ToString(), Alone = table.Removable(order, tuned: false), Tuned = table.Removable(order, tuned: true) }),
        Kept = table.Results.Count == 0 ? [] : table.Plan.Kept.SelectMany(kept => s_orders.Select(order => new
        {
            Experts = kept,
            Order = order.ToString(),
            FlopsSaved = table.Saved(kept, PruneTable.Flops),
            WeightsSaved = table.Saved(kept, PruneTable.Weights),
            Accuracy = table.Accuracy(order, kept, tuned: false),
            Tuned = table.Accuracy(order, kept, tuned: true),
        })),
    };

    private string Html()
    {
        var page = new ReportPage(title, Lead);
        foreach (PruneTable table in tables)
        {
            page.Section($"{table.Network}: {table.Experts} experts");
            if (table.Results.Count < table.Planned)
            {
                page.Note(string.Create(CultureInfo.InvariantCulture, $"{table.Results.Count} of {table.Planned} seeds are finished."));
            }

            page.Text(Finding(table));
            page.Figures(
                (Chart(table, "Without further training", tuned: false), null),
                (Chart(table, string.Create(CultureInfo.InvariantCulture, $"After {table.Plan.TuningEpochs} more epochs of training, with a new optimizer"), tuned: true), null));
            page.Table(Rows(table));
            page.Details("How far training moved each router", Moves(table));
            page.Details("The spec", SpecWriter.ToJson(table.Spec));
        }

        return page.ToHtml(origin);
    }

    /// <summary>What the numbers say, in a paragraph.</summary>
    internal static string Finding(PruneTable table)
    {
        if (table.Whole(tuned: false) is not { } whole)
        {
            return "Nothing is finished yet.";
        }

        string Removable(bool tuned) => string.Join(", ", s_orders.Select(order => $"{table.Removable(order, tuned)} ({PruneTable.NameOf(order)})"));
        return string.Create(
            CultureInfo.InvariantCulture,
            $"The whole network reaches {whole}. So many of its {table.Experts} experts can be removed before the mean accuracy is more than a percentage point lower: {Removable(false)}; with {table.Plan.TuningEpochs} more epochs of training {Removable(true)}. Ranking by the change of the router's length, |‖w_s‖ − ‖w_s(0)‖|, gives the same order for {table.EqualRanks()} of {table.Results.Count} seeds.");
    }

    private static string Chart(PruneTable table, string title, bool tuned)
    {
        Spread? whole = table.Whole(tuned);
        XyPoint Point(int kept, Spread value) => new(table.Experts - kept, value.Mean, value.Low, value.High);
        XySeries[] series =
        [
            .. s_orders.Select(order => new XySeries(
                PruneTable.NameOf(order),
                whole is null ? [] : [Point(table.Experts, whole.Value), .. table.Plan.Kept.Select(kept => Point(kept, table.Accuracy(order, kept, tuned)!.Value))])),
        ];
        return new XyChart(title, new XyAxis("experts removed", Low: 0), new XyAxis("test accuracy", High: 1), series).ToSvg();
    }

    private static ReportTable Rows(PruneTable table)
    {
        var rows = new ReportTable(
        [
            new("experts left"), new("FLOPs saved, %", "0"), new("weights saved, %", "0"),
            .. s_orders.Select(order => new ReportColumn(PruneTable.NameOf(order))),
            .. s_orders.Select(order => new ReportColumn($"{PruneTable.NameOf(order)}, tuned")),
        ]);
        rows.Add([table.Experts, null, null, .. s_orders.Select(_ => Cell(table.Whole(tuned: false))), .. s_orders.Select(_ => Cell(table.Whole(tuned: true)))]);
        foreach (int kept in table.Plan.Kept)
        {
            rows.Add(
            [
                kept, 100 * table.Saved(kept, PruneTable.Flops), 100 * table.Saved(kept, PruneTable.Weights),
                .. s_orders.Select(order => Cell(table.Accuracy(order, kept, tuned: false))),
                .. s_orders.Select(order => Cell(table.Accuracy(order, kept, tuned: true))),
            ]);
        }

        return rows;
    }

    /// <summary>Mean and deviation stay in one line.</summary>
    private static string? Cell(Spread? accuracy) => accuracy?.ToString().Replace(' ', '\u00a0');

    private static ReportTable Moves(PruneTable table)
    {
        var rows = new ReportTable([new("seed"), .. Enumerable.Range(0, table.Experts).Select(expert => new ReportColumn(string.Create(CultureInfo.InvariantCulture, $"expert {expert}"), "0.000"))]);
        foreach ((int seed, PruneResult result) in table.Results)
        {
            rows.Add([seed, .. result.RouterMoves.Cast<object>()]);
        }

        return rows;
    }

    private string Markdown()
    {
        var text = new StringBuilder($"# {title}\n\n{Lead}\n");
        foreach (PruneTable table in tables)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n## {table.Network}: {table.Experts} experts, {table.Results.Count} of {table.Planned} seeds\n\n{Finding(table)}\n\n{table.ToMarkdown()}");
        }

        return text.ToString();
    }

    private string Csv()
    {
        var rows = new ReportTable(
            new("network"), new("seed"), new("order"), new("draw"), new("kept"), new("experts"), new("weights"), new("forwardFlops"), new("accuracy"), new("tunedAccuracy"));
        foreach (PruneTable table in tables)
        {
            foreach ((int seed, PruneResult result) in table.Results)
            {
                rows.Add(table.Network, seed, "whole", 0, table.Experts, null, PruneTable.Weights(table.Spec.Model), PruneTable.Flops(table.Spec.Model), result.Accuracy, result.TunedAccuracy);
                foreach (Removal removal in result.Removals)
                {
                    ModelSpec model = ExpertPruning.WithExperts(table.Spec.Model, removal.Kept.Count);
                    rows.Add(
                        table.Network, seed, removal.Order.ToString(), removal.Draw, removal.Kept.Count, string.Join(' ', removal.Kept), PruneTable.Weights(model), PruneTable.Flops(model), removal.Accuracy, removal.TunedAccuracy);
                }
            }
        }

        return rows.ToCsv();
    }
}
