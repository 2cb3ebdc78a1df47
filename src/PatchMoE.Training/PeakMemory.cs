using System.Diagnostics;
using System.Globalization;

namespace PatchMoE.Training;

/// <summary>The most memory that this process has had resident at any time.</summary>
internal static class PeakMemory
{
    private const string Field = "VmHWM:";

    /// <summary>In bytes; null if the system does not tell.</summary>
    /// <remarks>On Linux, <see cref="Process"/> would read a file of every thread to answer.</remarks>
    public static long? Bytes() => OperatingSystem.IsLinux() ? OfStatus() : OfProcess();

    private static long? OfStatus()
    {
        try
        {
            string? line = File.ReadLines("/proc/self/status").FirstOrDefault(line => line.StartsWith(Field, StringComparison.Ordinal));
            ReadOnlySpan<char> kilobytes = line.AsSpan(line is null ? 0 : Field.Length).Trim().TrimEnd("kB ");
            return long.TryParse(kilobytes, NumberStyles.None, CultureInfo.InvariantCulture, out long value) ? value * 1024 : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static long? OfProcess()
    {
        using Process process = Process.GetCurrentProcess();
        return process.PeakWorkingSet64 is > 0 and var bytes ? bytes : null;
    }
}
