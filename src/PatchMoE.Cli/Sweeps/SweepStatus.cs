using PatchMoE.Cli.Experiments;

namespace PatchMoE.Cli.Sweeps;

/// <summary>How far a sweep is, as seen from outside.</summary>
/// <param name="Running">The number of cells that some process is running.</param>
/// <param name="SecondsLeft">How long the rest takes, from the times of the finished cells and the number of those running now; null without such times.</param>
internal sealed record SweepStatus(int Running, double? SecondsLeft)
{
    /// <summary>Looks at a folder.</summary>
    /// <param name="state">Its results.</param>
    /// <param name="folder">The folder.</param>
    public static SweepStatus Of(SweepState state, CellFolder folder)
    {
        (double seconds, double done, double left) = (0, 0, 0);
        int running = 0;
        var seen = new HashSet<string>();
        for (int i = 0; i < state.Records.Count; i++)
        {
            if (state.Sweep.Cells[i].Training is not { } training || !seen.Add(training.Hash))
            {
                continue;
            }

            if (state.Records[i] is { } record)
            {
                // A training that diverged ended early.
                seconds += state.StateOf(i) == CellState.Done ? record.Seconds : 0;
                done += state.StateOf(i) == CellState.Done ? training.Work : 0;
            }
            else
            {
                left += training.Work;
                running += folder.IsClaimed(training) ? 1 : 0;
            }
        }

        return new SweepStatus(running, done > 0 ? left * seconds / done / Math.Max(1, running) : null);
    }
}
