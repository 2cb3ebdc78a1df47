using PatchMoE.Cli.Experiments;
using PatchMoE.Reports;

namespace PatchMoE.Cli.Reproductions;

/// <summary>A row for each finished training of the grids.</summary>
internal static class NoiseRows
{
    public static ReportTable Of(IEnumerable<(int Side, IReadOnlyList<GridTrial> Trials)> grids, Func<ICell, CellRecord?> find)
    {
        var table = new ReportTable(
            new ReportColumn("patches"), new ReportColumn("network"), new ReportColumn("samples"), new ReportColumn("seed"),
            new ReportColumn("testAccuracy", "0.000"), new ReportColumn("trainLoss", "0.000"), new ReportColumn("routerHitRate", "0.000"));
        foreach ((int side, IReadOnlyList<GridTrial> trials) in grids)
        {
            foreach (GridTrial trial in trials)
            {
                if (find(trial.Cell)?.Result is { } result)
                {
                    table.Add(side * side, trial.Network, trial.Samples, trial.Seed, (double?)result["testAccuracy"], (double?)result["trainLoss"], (double?)result["routerHitRate"]);
                }
            }
        }

        return table;
    }
}
