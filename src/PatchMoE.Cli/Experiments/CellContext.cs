namespace PatchMoE.Cli.Experiments;

/// <summary>What a cell is run with.</summary>
/// <param name="Data">The data of cells that were run before, or are run at the same time.</param>
/// <param name="Advance">Told how much of the cell's <see cref="ICell.Work"/> was done since the last call.</param>
/// <param name="Cancellation">Stops the cell.</param>
internal sealed record CellContext(SharedData Data, Action<double> Advance, CancellationToken Cancellation);
