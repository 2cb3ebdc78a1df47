using System.Diagnostics;
using System.Globalization;

namespace PatchMoE.Tests.Mpi;

/// <summary><c>mpirun pmoe …</c> of Open MPI on this machine.</summary>
internal static class MpiJob
{
    private const string Launcher = "mpirun.openmpi";

    /// <summary>Why it cannot be run here; null if it can.</summary>
    public static string? Problem => !OperatingSystem.IsLinux() ? "These tests look for processes as Linux does."
        : Environment.GetEnvironmentVariable("PATH")!.Split(':').Any(folder => File.Exists(Path.Combine(folder, Launcher))) ? null
        : $"There is no {Launcher}: install the package openmpi-bin.";

    /// <summary>Start information for a job.</summary>
    /// <param name="processes">Their number.</param>
    /// <param name="args">The arguments after <c>pmoe</c>.</param>
    public static ProcessStartInfo StartInfo(int processes, params string[] args) => StartInfo([(processes, args)]);

    /// <summary>Start information for a job whose processes have different arguments.</summary>
    public static ProcessStartInfo StartInfo(params (int Processes, string[] Args)[] parts)
    {
        string[] all = ["--allow-run-as-root", "--oversubscribe"];
        foreach ((int processes, string[] args) in parts)
        {
            ProcessStartInfo plain = Pmoe.StartInfo(args);
            string[] separator = all.Length > 2 ? [":"] : [];
            all = [.. all, .. separator, "-n", processes.ToString(CultureInfo.InvariantCulture), plain.FileName, .. plain.ArgumentList];
        }

        var start = new ProcessStartInfo(Launcher, all) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["TERM"] = "dumb";

        // Other MPI jobs on the machine must not make these wait for a core of their own.
        start.Environment["OMPI_MCA_hwloc_base_binding_policy"] = "none";
        return start;
    }

    /// <summary>Runs a job.</summary>
    public static Outcome Run(int processes, params string[] args) => Pmoe.Start(StartInfo(processes, args));

    /// <summary>The process of a rank among those whose command line holds a text; null if there is none.</summary>
    public static Process? Find(int rank, string text)
    {
        foreach (string folder in Directory.EnumerateDirectories("/proc").Where(folder => int.TryParse(Path.GetFileName(folder), out _)))
        {
            try
            {
                if (File.ReadAllText(Path.Combine(folder, "cmdline")).Contains(text, StringComparison.Ordinal)
                    && File.ReadAllText(Path.Combine(folder, "environ")).Split('\0').Contains($"OMPI_COMM_WORLD_RANK={rank}"))
                {
                    return Process.GetProcessById(int.Parse(Path.GetFileName(folder), CultureInfo.InvariantCulture));
                }
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException)
            {
                // It has ended, or is another user's.
            }
        }

        return null;
    }
}
