using System.Diagnostics;
using PatchMoE.Kernels;

namespace PatchMoE.Measurement;

/// <summary>Times work that several threads share.</summary>
internal static class Rate
{
    /// <summary>The shortest of several rounds, in seconds: a limit is what the machine reaches when nothing disturbs it.</summary>
    /// <param name="threads">The number of threads that work at once.</param>
    /// <param name="rounds">The number of rounds after the first, which warms up.</param>
    /// <param name="share">The work of one thread, 0…threads−1.</param>
    public static double BestSeconds(int threads, int rounds, Action<int> share)
    {
        var team = new WorkerTeam(threads);
        try
        {
            team.Run(share);
            double best = double.PositiveInfinity;
            for (int round = 0; round < rounds; round++)
            {
                long started = Stopwatch.GetTimestamp();
                team.Run(share);
                best = Math.Min(best, Stopwatch.GetElapsedTime(started).TotalSeconds);
            }

            return best;
        }
        finally
        {
            team.Stop();
        }
    }
}
