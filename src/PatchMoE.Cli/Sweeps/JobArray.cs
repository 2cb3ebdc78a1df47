using System.Globalization;

namespace PatchMoE.Cli.Sweeps;

/// <summary>This process's place among those that a cluster started for the same work.</summary>
/// <param name="Index">From 0.</param>
/// <param name="Count">The number of processes; null if it is not known.</param>
internal sealed record JobArray(int Index, int? Count)
{
    /// <summary>The exit code that asks a cluster to run the process again: EX_TEMPFAIL of sysexits.h.</summary>
    public const int RunAgain = 75;

    /// <summary>The place that Slurm (<c>SLURM_ARRAY_TASK_ID</c>) or Kubernetes (<c>JOB_COMPLETION_INDEX</c>) says; null outside of an array.</summary>
    /// <param name="variable">Looks up an environment variable.</param>
    /// <param name="tasks">The value of <c>--tasks</c>.</param>
    /// <exception cref="BadInputException">A variable is set to something else.</exception>
    public static JobArray? Find(Func<string, string?> variable, int? tasks)
    {
        int? Number(string name) => variable(name) is not { Length: > 0 } text ? null
            : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number
            : throw new BadInputException($"the environment variable {name} is '{text}', not the index of a task. Unset it, or set it to 0, 1, ….");

        if (Number("SLURM_ARRAY_TASK_ID") is { } task)
        {
            int step = Math.Max(1, Number("SLURM_ARRAY_TASK_STEP") ?? 1);
            int first = Number("SLURM_ARRAY_TASK_MIN") ?? 0;
            return new JobArray(Math.Max(0, task - first) / step, tasks ?? Number("SLURM_ARRAY_TASK_COUNT"));
        }

        return Number("JOB_COMPLETION_INDEX") is { } index ? new JobArray(index, tasks) : null;
    }

    /// <summary>The cells in the order for this process: its own share, then the others. Shares are equal parts; if the number of processes is not known, each starts one cell on.</summary>
    public IReadOnlyList<T> Order<T>(IReadOnlyList<T> cells)
    {
        if (cells.Count == 0)
        {
            return cells;
        }

        int start = Count is > 0 and int count ? (int)((long)cells.Count * (Index % count) / count) : Index % cells.Count;
        return [.. cells.Skip(start), .. cells.Take(start)];
    }
}
