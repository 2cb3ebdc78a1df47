using System.CommandLine;
using PatchMoE.Cli.Outputs;
using PatchMoE.Cli.Sweeps;

namespace PatchMoE.Cli.Commands;

/// <summary><c>pmoe sweep FILE</c>: trains a grid of specs and seeds, on this machine or on a cluster; finished trainings are never repeated.</summary>
internal sealed class SweepCommand
{
    private const int MaximumTasks = 100_000;

    private readonly Argument<string> _file = new("FILE") { Description = "The sweep, a JSON file: a spec, the fields to vary, and the seeds." };
    private readonly Option<string?> _out = CommonOptions.Folder("--out", "The folder for the results; many processes may share it, and an interrupted sweep continues from it. [default: runs/sweep-NAME]");
    private readonly Option<int?> _threads = CommonOptions.Number("--threads", "Number of trainings to run at once, each on one thread. [default: the machine's cores; with --slurm 1 per task]", 1, 1024);
    private readonly Option<string?> _data = CommonOptions.Data();
    private readonly Option<bool> _status = new("--status") { Description = "Show how far the sweep is, and run nothing." };
    private readonly Option<bool> _slurm = new("--slurm") { Description = "Submit the sweep to Slurm as a job array." };
    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "With --slurm: show the job, and submit nothing." };
    private readonly Option<int?> _tasks = CommonOptions.Number("--tasks", "With --slurm: number of tasks in the job array. [default: one for each training, at most 64] In a job of another kind: its number of tasks.", 1, MaximumTasks);
    private readonly Option<string[]> _sbatch = new("--sbatch") { Description = "With --slurm: an argument for sbatch, such as --sbatch=--time=2:00:00; may be given several times.", HelpName = "ARG" };

    public static Command Create(CommandContext context)
    {
        var sweep = new SweepCommand();
        var command = new Command("sweep", "Train a grid of specs and seeds, on this machine or on a cluster.")
        {
            sweep._file, sweep._out, sweep._threads, sweep._data, sweep._status, sweep._slurm, sweep._dryRun, sweep._tasks, sweep._sbatch,
        };
        command.Validators.Add(result =>
        {
            bool slurm = result.GetValue(sweep._slurm);
            if (!slurm && (result.GetValue(sweep._dryRun) || result.GetValue(sweep._sbatch) is { Length: > 0 }))
            {
                result.AddError("--dry-run and --sbatch are about a Slurm job. Add --slurm.");
            }

            if (slurm && result.GetValue(sweep._status))
            {
                result.AddError("--status runs nothing, --slurm submits a job. Give one of them.");
            }
        });
        command.SetAction(parsed => sweep.Execute(parsed, context));
        return command;
    }

    private int Execute(ParseResult parsed, CommandContext context)
    {
        string file = parsed.GetRequiredValue(_file);
        Sweep sweep = Sweep.Load(file, parsed.GetValue(_data), context);
        string folder = Path.GetFullPath(parsed.GetValue(_out) ?? Path.Combine("runs", $"sweep-{sweep.Name}"));
        if (parsed.GetValue(_status))
        {
            return SweepStatusReport.Write(sweep, folder, context);
        }

        return parsed.GetValue(_slurm)
            ? new SlurmSubmission(sweep, file, folder, context).Submit(
                parsed.GetValue(_tasks), parsed.GetValue(_threads) ?? 1, parsed.GetValue(_data), parsed.GetValue(_sbatch) ?? [], parsed.GetValue(_dryRun))
            : new SweepRun(sweep, file, folder, context).Run(parsed.GetValue(_threads) ?? CommonOptions.DefaultThreads, JobArray.Find(Environment.GetEnvironmentVariable, parsed.GetValue(_tasks)));
    }
}
