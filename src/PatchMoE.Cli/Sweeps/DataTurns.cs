using PatchMoE.Cli.Experiments;

namespace PatchMoE.Cli.Sweeps;

/// <summary>
/// An order in which no thread waits for another: as many data sets as there are threads are used in turn. If all threads began with cells of the same data, one would
/// draw them and the others would look on.
/// </summary>
internal static class DataTurns
{
    /// <summary>Orders cells.</summary>
    /// <param name="cells">Cells, those of the same data beside each other.</param>
    /// <param name="threads">The number of cells to run at once.</param>
    public static IReadOnlyList<TrainingCell> Order(IReadOnlyList<TrainingCell> cells, int threads) =>
    [
        .. cells.GroupBy(cell => (cell.Spec.Training!.Seed, cell.DataGroup))
            .Chunk(threads)
            .SelectMany(groups => groups.SelectMany(group => group.Index()).OrderBy(cell => cell.Index).Select(cell => cell.Item)),
    ];
}
