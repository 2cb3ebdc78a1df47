using PatchMoE.Cli.Experiments;
using PatchMoE.Cli.Outputs;

namespace PatchMoE.Cli.Reproductions;

/// <summary>
/// An experiment with times or memory of this machine in its report. They belong to no cell: they are other ones on every machine and at every run, and are only worth
/// something if nothing runs beside. So they are measured by the process that finds all cells finished, at each run of the command.
/// </summary>
internal interface IMeasuredReproduction : IReproduction
{
    /// <summary>Measures, and reports on the cells with what was measured.</summary>
    /// <param name="options">As for <see cref="IReproduction.Cells"/>.</param>
    /// <param name="find">The result of a cell; all are finished.</param>
    /// <param name="context">The command's context.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    ReproductionReport Measure(ReproductionOptions options, Func<ICell, CellRecord?> find, CommandContext context);
}
