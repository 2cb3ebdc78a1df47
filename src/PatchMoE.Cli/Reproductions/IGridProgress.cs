using PatchMoE.Training.Evaluation;

namespace PatchMoE.Cli.Reproductions;

/// <summary>Receives the progress of a grid, from several threads at once.</summary>
internal interface IGridProgress
{
    /// <summary>This much of the grid's <see cref="Cell.Work"/> is done.</summary>
    void Advance(long work);

    /// <summary>A cell is done.</summary>
    void Finished(Cell cell, EvaluationResult final);
}
