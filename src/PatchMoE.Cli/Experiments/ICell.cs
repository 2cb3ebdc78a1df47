using System.Text.Json.Nodes;

namespace PatchMoE.Cli.Experiments;

/// <summary>
/// One part of an experiment, mostly one training. Its identity determines every number of its result, so a finished cell is never run again.
/// </summary>
internal interface ICell
{
    /// <summary>What it is called where people look on, for example <c>mnist-joint, 100 samples, seed 3</c>.</summary>
    string Title { get; }

    /// <summary>Everything that determines the result, as text: two cells of the same identity are the same cell.</summary>
    string Identity { get; }

    /// <summary>The identity in 16 hexadecimal digits, for names of files.</summary>
    string Hash => CellRecord.Digest(Identity);

    /// <summary>How long it takes beside the other cells, in any unit: for progress.</summary>
    double Work { get; }

    /// <summary>Runs it on one thread.</summary>
    /// <param name="context">What cells share, and where progress goes.</param>
    /// <returns>Numbers that depend on the identity alone, whatever the machine and the number of threads.</returns>
    /// <exception cref="BadInputException">The cell cannot be run; the others can.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    JsonObject Run(CellContext context);

    /// <summary>A result in a few words, for example <c>.973</c>.</summary>
    /// <param name="result">What <see cref="Run"/> returned.</param>
    string Describe(JsonObject result);
}
