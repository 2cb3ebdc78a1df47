using System.Diagnostics;
using System.Globalization;
using PatchMoE.Cli.Experiments;
using PatchMoE.Cli.Inputs;
using PatchMoE.Cli.Outputs;

namespace PatchMoE.Cli.Sweeps;

/// <summary>Runs the cells of a sweep that nobody else runs, and writes the results.</summary>
/// <param name="sweep">The sweep.</param>
/// <param name="file">Its file.</param>
/// <param name="path">The folder for the results.</param>
/// <param name="context">The command's context.</param>
internal sealed class SweepRun(Sweep sweep, string file, string path, CommandContext context)
{
    private readonly long _started = Stopwatch.GetTimestamp();

    /// <summary>Runs it.</summary>
    /// <param name="threads">The number of cells to run at once.</param>
    /// <param name="place">This process's place in a job array; null outside of one.</param>
    /// <returns>The exit code.</returns>
    public int Run(int threads, JobArray? place)
    {
        SweepFolder folder = SweepFolder.Open(sweep, path, text => context.Error.WriteLine($"warning: {text}"));
        IReadOnlyList<TrainingCell> all = sweep.Trainings();
        TrainingCell[] open = [.. all.Where(cell => folder.Cells.Find(cell) is null)];
        Announce(all.Count, open.Length, place);

        // A task of an array leaves when others run the last cells, so that its processors become free.
        var scheduler = new CellScheduler(folder.Cells, threads) { WaitsForOthers = place is null };
        IReadOnlyList<CellFailure> failures = [];
        bool interrupted = false;
        try
        {
            IReadOnlyList<TrainingCell> order = DataTurns.Order(place?.Order(all) ?? all, threads);
            failures = CellProgress.Watch(context, open, progress => scheduler.Run(order, progress, context.Cancellation));
        }
        catch (OperationCanceledException) when (context.Cancellation.IsCancellationRequested)
        {
            interrupted = true;
        }

        return Finish(folder, failures, interrupted, place);
    }

    private void Announce(int all, int open, JobArray? place)
    {
        string before = open < all ? string.Create(CultureInfo.InvariantCulture, $", {all - open} of {all} are finished") : "";
        string array = place is null ? "" : string.Create(CultureInfo.InvariantCulture, $", task {place.Index}{(place.Count is { } count ? $" of {count}" : "")}");
        context.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{sweep.Name}: {open} {(open == 1 ? "cell" : "cells")} to do{before}{array}"));
        foreach (IGrouping<string, SweepPoint> same in sweep.Points.Where(point => point.Spec is null).GroupBy(point => string.Join('\n', point.Mistakes.Select(mistake => mistake.Line))))
        {
            context.Error.WriteLine(same.Key);
            context.Error.WriteLine($"warning: '{sweep.Columns.Label(same.First())}'{(same.Count() == 1 ? " is" : $" and {same.Count() - 1} more are")} not valid and cannot be run; the others are.");
        }
    }

    private int Finish(SweepFolder folder, IReadOnlyList<CellFailure> failures, bool interrupted, JobArray? place)
    {
        foreach (IGrouping<string, CellFailure> same in failures.GroupBy(failure => failure.Message))
        {
            context.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"error: {same.Count()} {(same.Count() == 1 ? "cell" : "cells")} could not be run: {same.Key}"));
        }

        SweepState state = folder.Write(new SweepSource(file, SpecFile.ReadText(file)));
        (int open, int diverged) = (state.Count(CellState.Open), state.Count(CellState.Diverged));
        if (diverged > 0)
        {
            context.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"note: {diverged} {(diverged == 1 ? "training" : "trainings")} diverged; results.csv says where"));
        }

        string counts = string.Create(CultureInfo.InvariantCulture, $"{state.Records.Count - open - state.Count(CellState.Invalid)} of {state.Records.Count} cells are finished");
        context.Error.WriteLine(interrupted ? $"interrupted: {counts} in {folder.Cells.FullPath}; run the same command to continue"
            : open > failures.Count ? $"{counts}; other processes run the rest"
            : $"results: {folder.Cells.FullPath} (results.csv, summary.csv, report.html)");
        context.Output.WriteLine(JsonLine.Of(new
        {
            sweep.Name,
            Cells = state.Records.Count,
            Finished = state.Count(CellState.Done),
            Diverged = diverged,
            Invalid = state.Count(CellState.Invalid),
            Failed = failures.Count,
            Open = open,
            Seconds = Stopwatch.GetElapsedTime(_started).TotalSeconds,
            Interrupted = interrupted,
            Folder = folder.Cells.FullPath,
            Results = folder.ResultsPath,
            Report = folder.ReportPath,
        }));
        return interrupted ? place is null ? ExitCode.Interrupted : JobArray.RunAgain
            : failures.Count > 0 || state.Count(CellState.Invalid) > 0 ? ExitCode.BadInput
            : ExitCode.Done;
    }
}
