using System.Globalization;
using PatchMoE.Cli.Experiments;
using PatchMoE.Cli.Inputs;
using PatchMoE.Cli.Outputs;
using PatchMoE.Formats;

namespace PatchMoE.Cli.Sweeps;

/// <summary>Hands a sweep to Slurm.</summary>
/// <param name="sweep">The sweep.</param>
/// <param name="file">Its file.</param>
/// <param name="path">The folder for the results, which all nodes must see.</param>
/// <param name="context">The command's context.</param>
internal sealed class SlurmSubmission(Sweep sweep, string file, string path, CommandContext context)
{
    /// <summary>More tasks than this have to be asked for: each takes about a second to start, and clusters limit arrays.</summary>
    private const int MostTasks = 64;

    /// <summary>Writes the job's script and submits it.</summary>
    /// <param name="tasks">The number of tasks; null for one per cell, within reason.</param>
    /// <param name="threads">The number of cells that a task runs at once.</param>
    /// <param name="data">The value of <c>--data</c>.</param>
    /// <param name="arguments">The user's arguments for <c>sbatch</c>.</param>
    /// <param name="dryRun">Whether to show the job only.</param>
    /// <returns>The exit code.</returns>
    /// <exception cref="BadInputException">There is no Slurm, it rejects the job, or the folder belongs to another sweep.</exception>
    public int Submit(int? tasks, int threads, string? data, IReadOnlyList<string> arguments, bool dryRun)
    {
        if (!dryRun)
        {
            Sbatch.Require();
        }

        int open = OpenCells();
        if (open == 0)
        {
            context.Error.WriteLine($"{sweep.Name}: every cell is finished, so there is nothing to submit. 'pmoe sweep {file}' writes the results again.");
            return ExitCode.Done;
        }

        var job = new SlurmJob(sweep.Name, path, tasks ?? Math.Min(MostTasks, (open + threads - 1) / threads), threads, Command(threads, data));
        if (dryRun)
        {
            context.Output.Write(job.Script);
            context.Error.WriteLine($"would be submitted with: sbatch {string.Join(' ', job.Arguments(arguments).Select(SlurmJob.Quoted))}");
            return ExitCode.Done;
        }

        SweepFolder.Open(sweep, path, text => context.Error.WriteLine($"warning: {text}"));
        OutputFolder.Create(job.LogFolder);
        AtomicFile.WriteText(job.ScriptPath, job.Script);
        string number = Sbatch.Submit(job.Arguments(arguments));
        context.Error.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{sweep.Name}: {open} {(open == 1 ? "cell" : "cells")} in job {number} of {job.Tasks} {(job.Tasks == 1 ? "task" : "tasks")}; see 'pmoe sweep {file} --status' or 'squeue -j {number}'"));
        context.Output.WriteLine(JsonLine.Of(new { sweep.Name, Job = number, job.Tasks, Open = open, Script = job.ScriptPath, Folder = path }));
        return ExitCode.Done;
    }

    private int OpenCells()
    {
        IReadOnlyList<TrainingCell> all = sweep.Trainings();
        SweepFolder? folder = SweepFolder.Find(sweep, path, text => context.Error.WriteLine($"warning: {text}"));
        return folder is null ? all.Count : all.Count(cell => folder.Cells.Find(cell) is null);
    }

    private List<string> Command(int threads, string? data)
    {
        List<string> command = [.. ThisProgram.Command, "sweep", Path.GetFullPath(file), "--out", path, "--threads", threads.ToString(CultureInfo.InvariantCulture)];
        return data is null ? command : [.. command, "--data", Path.GetFullPath(data)];
    }
}
