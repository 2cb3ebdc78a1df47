using System.ComponentModel;
using System.Diagnostics;

namespace PatchMoE.Cli.Sweeps;

/// <summary>Slurm's command that submits jobs.</summary>
internal static class Sbatch
{
    private const string Program = "sbatch";

    /// <summary>Fails if there is no Slurm here.</summary>
    /// <exception cref="BadInputException"><c>sbatch</c> is not on the path.</exception>
    public static void Require()
    {
        string[] folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        if (!folders.Any(folder => folder.Length > 0 && File.Exists(Path.Combine(folder, Program))))
        {
            throw new BadInputException($"--slurm: there is no command '{Program}' on the path. Call this on a machine that submits jobs to Slurm, or see the job with --dry-run.");
        }
    }

    /// <summary>Submits a job.</summary>
    /// <param name="arguments">The arguments, with <c>--parsable</c>.</param>
    /// <returns>The job's number.</returns>
    /// <exception cref="BadInputException">Slurm rejects it.</exception>
    public static string Submit(IReadOnlyList<string> arguments)
    {
        try
        {
            using Process sbatch = Process.Start(new ProcessStartInfo(Program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            Task<string> error = sbatch.StandardError.ReadToEndAsync();
            string output = sbatch.StandardOutput.ReadToEnd().Trim();
            sbatch.WaitForExit();

            // With several clusters: "number;cluster".
            return sbatch.ExitCode == 0 ? output.Split(';')[0] : throw new BadInputException($"{Program} failed: {error.Result.Trim()} Correct the arguments given with --sbatch, or ask the cluster's administrator.");
        }
        catch (Win32Exception failure)
        {
            throw new BadInputException($"{Program} cannot be started: {failure.Message}. Check that Slurm is installed here.", failure);
        }
    }
}
