using System.Globalization;

namespace PatchMoE.Cli.Sweeps;

/// <summary>A Slurm job array for a sweep: each task calls <c>pmoe sweep</c> on the same folder.</summary>
/// <param name="Name">The sweep's name.</param>
/// <param name="Folder">The sweep's folder, a full path.</param>
/// <param name="Tasks">The number of tasks.</param>
/// <param name="Threads">The number of cells that a task runs at once; it asks for as many processors.</param>
/// <param name="Command">What a task runs: program and arguments, with full paths.</param>
internal sealed record SlurmJob(string Name, string Folder, int Tasks, int Threads, IReadOnlyList<string> Command)
{
    /// <summary>The folder of the script and of the tasks' logs.</summary>
    public string LogFolder => Path.Combine(Folder, "slurm");

    /// <summary>Where the script goes.</summary>
    public string ScriptPath => Path.Combine(LogFolder, "job.sh");

    /// <summary>
    /// The script. Slurm runs a task again when its node fails or another job preempts it; what the task finished before is kept. The command replaces the shell, so
    /// that it gets Slurm's signals itself.
    /// </summary>
    public string Script => string.Create(
        CultureInfo.InvariantCulture,
        $"""
        #!/bin/sh
        #SBATCH --job-name=pmoe-{Name}
        #SBATCH --array=0-{Tasks - 1}
        #SBATCH --cpus-per-task={Threads}
        #SBATCH --requeue
        #SBATCH --open-mode=append
        #SBATCH --output="{LogFolder}/%A_%a.log"
        exec {string.Join(' ', Command.Select(Quoted))}

        """);

    /// <summary>The arguments of <c>sbatch</c>. The user's come last but one, so that they override those of the script.</summary>
    /// <param name="own">The user's.</param>
    public IReadOnlyList<string> Arguments(IEnumerable<string> own) => ["--parsable", .. own, ScriptPath];

    /// <summary>A word of a command line for a shell.</summary>
    public static string Quoted(string word) =>
        word.Length > 0 && word.All(c => char.IsAsciiLetterOrDigit(c) || "-_./=:,+@%".Contains(c, StringComparison.Ordinal)) ? word : $"'{word.Replace("'", @"'\''", StringComparison.Ordinal)}'";
}
