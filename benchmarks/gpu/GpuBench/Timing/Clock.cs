using System.Diagnostics;
using ILGPU.Runtime;

namespace PatchMoE.GpuBench.Timing;

/// <summary>Times work that is queued on a device.</summary>
/// <param name="accelerator">The device.</param>
/// <param name="seconds">Roughly how long one measurement takes; 0 for a single call, which measures nothing.</param>
internal sealed class Clock(Accelerator accelerator, double seconds)
{
    private const int Rounds = 5;

    /// <summary>The time of one call in seconds: the median of five rounds of many calls, after a warm-up round.</summary>
    public double SecondsOf(Action call)
    {
        double once = Round(call, 1);
        if (seconds == 0)
        {
            return once;
        }

        int calls = (int)Math.Clamp(seconds / Rounds / Math.Max(once, 1e-7), 1, 100_000);
        once = Round(call, Math.Min(calls, 3));
        calls = (int)Math.Clamp(seconds / Rounds / Math.Max(once, 1e-7), 1, 100_000);
        double[] rounds = [.. Enumerable.Range(0, Rounds).Select(_ => Round(call, calls))];
        Array.Sort(rounds);
        return rounds[Rounds / 2];
    }

    private double Round(Action call, int calls)
    {
        accelerator.Synchronize();
        long started = Stopwatch.GetTimestamp();
        for (int i = 0; i < calls; i++)
        {
            call();
        }

        accelerator.Synchronize();
        return Stopwatch.GetElapsedTime(started).TotalSeconds / calls;
    }
}
