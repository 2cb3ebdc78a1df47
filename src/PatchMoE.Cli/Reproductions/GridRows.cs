using System.Text.Json.Nodes;
using PatchMoE.Cli.Experiments;
using PatchMoE.Reports;

namespace PatchMoE.Cli.Reproductions;

/// <summary>A row for each finished training of a grid.</summary>
internal static class GridRows
{
    /// <summary>Collects them.</summary>
    /// <param name="trials">The trainings, in the order of the rows.</param>
    /// <param name="find">The result of a training; null if it is not finished.</param>
    /// <param name="values">The names of the results' values; empty where a result has none.</param>
    public static ReportTable Of(IEnumerable<GridTrial> trials, Func<ICell, CellRecord?> find, params string[] values)
    {
        var table = new ReportTable([new ReportColumn("network"), new ReportColumn("samples"), new ReportColumn("seed"), .. values.Select(value => new ReportColumn(value, "0.000"))]);
        foreach (GridTrial trial in trials)
        {
            if (find(trial.Cell)?.Result is { } result)
            {
                table.Add([trial.Network, trial.Samples, trial.Seed, .. values.Select(value => (object?)Number(result, value))]);
            }
        }

        return table;
    }

    private static double? Number(JsonObject result, string value) => (double?)result[value];
}
