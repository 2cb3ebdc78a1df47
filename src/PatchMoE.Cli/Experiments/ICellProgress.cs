namespace PatchMoE.Cli.Experiments;

/// <summary>Receives the progress of an experiment, from several threads at once.</summary>
internal interface ICellProgress
{
    /// <summary>So much work is done.</summary>
    void Advance(double work);

    /// <summary>A cell is done.</summary>
    /// <param name="cell">The cell.</param>
    /// <param name="text">Its result in a few words, or why it failed.</param>
    void Finished(ICell cell, string text);
}
