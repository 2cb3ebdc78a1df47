using PatchMoE.Tests;

namespace PatchMoE.Fuzz;

/// <summary>A reader that must be done within a second of the processor's time, however busy the machine is.</summary>
internal sealed class TimedReader(FileReader reader)
{
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(1);

    private bool _isWarm;

    /// <summary>Reads a file.</summary>
    /// <returns>Whether it was refused.</returns>
    /// <exception cref="TimeoutException">It took too long.</exception>
    public bool Read(byte[] file)
    {
        // The first turns are spent in the compiler.
        if (!_isWarm)
        {
            foreach (byte[] seed in reader.Files)
            {
                reader.Refuses(seed);
            }

            _isWarm = true;
        }

        TimeSpan before = Environment.CpuUsage.TotalTime;
        bool isRefused = reader.Refuses(file);
        TimeSpan taken = Environment.CpuUsage.TotalTime - before;
        return taken <= s_longest ? isRefused : throw new TimeoutException($"{reader.Name}: reading {file.Length} bytes took {taken.TotalSeconds:F1} s of the processor.");
    }
}
