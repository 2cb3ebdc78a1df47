using System.Globalization;
using PatchMoE.Cli.Experiments;
using PatchMoE.Cli.Outputs;

namespace PatchMoE.Cli.Sweeps;

/// <summary>What <c>pmoe sweep --status</c> shows.</summary>
internal static class SweepStatusReport
{
    /// <summary>Writes it: a sentence for people, a line of JSON for programs.</summary>
    /// <returns>The exit code.</returns>
    public static int Write(Sweep sweep, string path, CommandContext context)
    {
        if (SweepFolder.Find(sweep, path, text => context.Error.WriteLine($"warning: {text}")) is not { } folder)
        {
            throw new BadInputException($"{path}: this sweep was not started there. Start it with 'pmoe sweep', or name its folder with --out.");
        }

        SweepState state = SweepState.Read(sweep, folder.Cells);
        SweepStatus status = SweepStatus.Of(state, folder.Cells);
        int open = state.Count(CellState.Open);
        string left = open == 0 ? "" : status.SecondsLeft is { } seconds ? $", {CellProgress.Duration(seconds)} left{(status.Running == 0 ? " with one process" : "")}" : "";
        context.Error.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{sweep.Name}: {state.Records.Count - open - state.Count(CellState.Invalid)} of {state.Records.Count} cells finished, {status.Running} running, {open} without a result{left}"));
        foreach (IGrouping<string, int> message in Enumerable.Range(0, state.Records.Count).Where(i => state.Message(i).Length > 0).GroupBy(state.Message))
        {
            context.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{message.Count()} {(message.Count() == 1 ? "cell" : "cells")}, first {Describe(sweep, message.First())}: {message.Key}"));
        }

        context.Output.WriteLine(JsonLine.Of(new
        {
            sweep.Name,
            Cells = state.Records.Count,
            Finished = state.Count(CellState.Done),
            Diverged = state.Count(CellState.Diverged),
            Invalid = state.Count(CellState.Invalid),
            Open = open,
            status.Running,
            status.SecondsLeft,
            Folder = folder.Cells.FullPath,
        }));
        return ExitCode.Done;
    }

    private static string Describe(Sweep sweep, int cell) =>
        string.Create(CultureInfo.InvariantCulture, $"'{sweep.Columns.Label(sweep.Cells[cell].Point)}' with seed {sweep.Cells[cell].Seed}");
}
