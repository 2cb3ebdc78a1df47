using System.Globalization;
using PatchMoE.Cli.Outputs;
using PatchMoE.Training.Evaluation;
using Spectre.Console;

namespace PatchMoE.Cli.Reproductions;

/// <summary>Shows the progress of a grid: a bar on a terminal, otherwise one line per cell.</summary>
internal static class GridProgress
{
    /// <summary>Shows progress on the error stream while <paramref name="run"/> runs.</summary>
    /// <param name="context">The command's context.</param>
    /// <param name="cells">The remaining cells.</param>
    /// <param name="run">The work.</param>
    public static void Watch(CommandContext context, IReadOnlyList<Cell> cells, Action<IGridProgress> run)
    {
        if (!context.IsWatched)
        {
            run(new Lines(context.Error, cells.Count));
            return;
        }

        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(context.Error) });
        console.Progress()
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .Start(bars => run(new Bar(bars.AddTask("training", maxValue: cells.Sum(cell => cell.Work)), cells.Count)));
    }

    private static string Text(Cell cell, EvaluationResult final) =>
        string.Create(CultureInfo.InvariantCulture, $"{cell.Network}, {cell.Samples} samples, seed {cell.Seed}: {final.Accuracy:0.000}");

    private sealed class Bar(ProgressTask bar, int cells) : IGridProgress
    {
        private int _finished;

        public void Advance(long work) => bar.Increment(work);

        public void Finished(Cell cell, EvaluationResult final) =>
            bar.Description = $"{Interlocked.Increment(ref _finished)}/{cells}  {Text(cell, final)}";
    }

    private sealed class Lines(TextWriter error, int cells) : IGridProgress
    {
        private int _finished;

        public void Advance(long work)
        {
        }

        public void Finished(Cell cell, EvaluationResult final)
        {
            lock (error)
            {
                error.WriteLine($"{++_finished}/{cells}  {Text(cell, final)}");
            }
        }
    }
}
