using System.Diagnostics;

namespace PatchMoE.Measurement;

/// <summary>A program's turn: a few runs of one pass, between those of other programs or networks.</summary>
internal static class Turn
{
    // Untimed, after another program's turn, so that clocks, caches and threads are as in a training loop; torch_server.py has the same value.
    private const double UntimedSeconds = 0.15;

    // A few runs of a pass that takes microseconds say little.
    private const double TimedSeconds = 0.02;

    /// <summary>Runs the pass untimed for a while, then times single runs, in seconds.</summary>
    /// <param name="pass">The pass.</param>
    /// <param name="runs">The number of runs to time; more if the pass is short.</param>
    public static IReadOnlyList<double> Take(Action pass, int runs)
    {
        long started = Stopwatch.GetTimestamp();
        do
        {
            pass();
        }
        while (Stopwatch.GetElapsedTime(started).TotalSeconds < UntimedSeconds);

        var seconds = new List<double>();
        started = Stopwatch.GetTimestamp();
        while (seconds.Count < runs || Stopwatch.GetElapsedTime(started).TotalSeconds < TimedSeconds)
        {
            seconds.Add(PassTimer.Once(pass));
        }

        return seconds;
    }
}
