using PatchMoE.Cli.Experiments;

namespace PatchMoE.Cli.Sweeps;

/// <summary>A cell of the grid.</summary>
/// <param name="Point">What is trained.</param>
/// <param name="Seed">The seed of data, initial weights and shuffling.</param>
/// <param name="Training">The training; null if the point is not valid.</param>
internal sealed record SweepCell(SweepPoint Point, int Seed, TrainingCell? Training);
