using System.Diagnostics;

namespace PatchMoE.Measurement;

/// <summary>The result of timing one piece of work repeatedly.</summary>
/// <param name="Median">The median, in seconds.</param>
/// <param name="Best">The shortest, in seconds.</param>
/// <param name="Runs">The number of timed runs.</param>
internal sealed record Timing(double Median, double Best, int Runs)
{
    /// <summary>Summarises single times.</summary>
    /// <param name="seconds">At least one; not modified.</param>
    public static Timing Of(IReadOnlyList<double> seconds)
    {
        double[] sorted = [.. seconds.Order()];
        int middle = sorted.Length / 2;
        double median = sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return new Timing(median, sorted[0], sorted.Length);
    }
}

/// <summary>Times work by the median of many runs.</summary>
internal static class PassTimer
{
    // The JIT recompiles a method with optimisation after 30 calls and a pause of 100 ms.
    private const int WarmUpRuns = 40;
    private const double WarmUpSeconds = 0.4;
    private const double MaximumSeconds = 5;
    private const int FewestRuns = 3;

    /// <summary>Runs the work until it is fully compiled, then times single runs.</summary>
    /// <param name="work">The work.</param>
    /// <param name="runs">The number of runs to time, ≥ 1; fewer (but at least 3) if they would take longer than 5 seconds.</param>
    /// <param name="cancellation">Stops it between two runs.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static Timing Measure(Action work, int runs, CancellationToken cancellation = default)
    {
        WarmUp(work, cancellation);
        var seconds = new List<double>(runs);
        long started = Stopwatch.GetTimestamp();
        while (seconds.Count < runs && (seconds.Count < FewestRuns || Stopwatch.GetElapsedTime(started).TotalSeconds < MaximumSeconds))
        {
            cancellation.ThrowIfCancellationRequested();
            seconds.Add(Once(work));
        }

        return Timing.Of(seconds);
    }

    /// <summary>Runs the work until the JIT has optimised it: 40 runs and 0.4 s, or 5 s if that comes first.</summary>
    /// <param name="work">The work.</param>
    /// <param name="cancellation">Stops it between two runs.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static void WarmUp(Action work, CancellationToken cancellation = default)
    {
        long started = Stopwatch.GetTimestamp();
        double elapsed = 0;
        for (int run = 0; elapsed < MaximumSeconds && (run < WarmUpRuns || elapsed < WarmUpSeconds); run++)
        {
            cancellation.ThrowIfCancellationRequested();
            work();
            elapsed = Stopwatch.GetElapsedTime(started).TotalSeconds;
        }
    }

    /// <summary>Times one run, in seconds.</summary>
    public static double Once(Action work)
    {
        long started = Stopwatch.GetTimestamp();
        work();
        return Stopwatch.GetElapsedTime(started).TotalSeconds;
    }
}
