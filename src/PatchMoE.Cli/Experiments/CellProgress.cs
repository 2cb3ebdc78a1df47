using System.Diagnostics;
using System.Globalization;
using PatchMoE.Cli.Outputs;
using Spectre.Console;

namespace PatchMoE.Cli.Experiments;

/// <summary>Shows the progress of an experiment with the time left: a bar on a terminal, otherwise lines, at most one a second.</summary>
internal static class CellProgress
{
    /// <summary>Shows progress on the error stream while <paramref name="run"/> runs.</summary>
    /// <param name="context">The command's context.</param>
    /// <param name="cells">The cells that are not finished.</param>
    /// <param name="run">The work.</param>
    public static T Watch<T>(CommandContext context, IReadOnlyList<ICell> cells, Func<ICellProgress, T> run)
    {
        double work = cells.Sum(cell => cell.Work);
        if (!context.IsWatched)
        {
            return run(new Lines(context.Error, cells.Count, work));
        }

        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(context.Error) });
        return console.Progress()
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .Start(bars => run(new Bar(bars.AddTask("running", maxValue: Math.Max(work, 1)), cells.Count)));
    }

    private sealed class Bar(ProgressTask bar, int cells) : ICellProgress
    {
        private int _finished;

        public void Advance(double work) => bar.Increment(work);

        public void Finished(ICell cell, string text) =>
            bar.Description = Markup.Escape($"{Interlocked.Increment(ref _finished)}/{cells}  {cell.Title}: {text}");
    }

    private sealed class Lines(TextWriter error, int cells, double work) : ICellProgress
    {
        private readonly long _started = Stopwatch.GetTimestamp();
        private readonly Lock _lock = new();
        private double _done;
        private int _finished;
        private TimeSpan _written = TimeSpan.MinValue;

        public void Advance(double more)
        {
            lock (_lock)
            {
                _done += more;
            }
        }

        public void Finished(ICell cell, string text)
        {
            lock (_lock)
            {
                TimeSpan now = Stopwatch.GetElapsedTime(_started);
                if (++_finished < cells && _written != TimeSpan.MinValue && now - _written < TimeSpan.FromSeconds(1))
                {
                    return;
                }

                _written = now;
                error.WriteLine($"{_finished}/{cells}  {cell.Title}: {text}{Left(now)}");
            }
        }

        private string Left(TimeSpan now) => _finished == cells || _done <= 0
            ? ""
            : $"  ({Duration((work - _done) / _done * now.TotalSeconds)} left)";
    }

    /// <summary>A number of seconds as people say it: <c>40 s</c>, <c>12 min</c>, <c>3.5 h</c>.</summary>
    public static string Duration(double seconds) => seconds switch
    {
        < 99.5 => string.Create(CultureInfo.InvariantCulture, $"{seconds:0} s"),
        < 99.5 * 60 => string.Create(CultureInfo.InvariantCulture, $"{seconds / 60:0} min"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{seconds / 3600:0.#} h"),
    };
}
