using PatchMoE.Cli.Experiments;

namespace PatchMoE.Cli.Sweeps;

/// <summary>The results of a point over its seeds.</summary>
/// <param name="Point">The point.</param>
/// <param name="Finished">The number of seeds with numbers.</param>
/// <param name="Diverged">The number of seeds whose training diverged.</param>
/// <param name="Numbers">Mean and spread of each of <see cref="SweepState.ResultNames"/>; null where no seed has one.</param>
internal sealed record SweepSummary(SweepPoint Point, int Finished, int Diverged, IReadOnlyList<Spread?> Numbers)
{
    /// <summary>A summary for each point, in the order of the grid.</summary>
    public static IReadOnlyList<SweepSummary> Of(SweepState state)
    {
        int seeds = state.Sweep.Cells.Count / state.Sweep.Points.Count;
        return [.. state.Sweep.Points.Select((point, i) => Of(state, point, [.. Enumerable.Range(i * seeds, seeds)]))];
    }

    /// <summary>The spread of a number; null if no seed has one.</summary>
    /// <param name="state">Where the names come from.</param>
    /// <param name="name">The number's name.</param>
    public Spread? Find(SweepState state, string name) => state.ResultNames.ToList().IndexOf(name) is >= 0 and int index ? Numbers[index] : null;

    private static SweepSummary Of(SweepState state, SweepPoint point, int[] cells) => new(
        point,
        cells.Count(cell => state.StateOf(cell) == CellState.Done),
        cells.Count(cell => state.StateOf(cell) == CellState.Diverged),
        [.. state.ResultNames.Select(name => SpreadOf([.. cells.Select(cell => state.Number(cell, name)).OfType<double>()]))]);

    private static Spread? SpreadOf(double[] numbers) => numbers.Length == 0 ? null : Spread.Of(numbers);
}
