using System.Globalization;
using PatchMoE.Cli.Outputs;
using PatchMoE.Training;
using Spectre.Console;

namespace PatchMoE.Cli.Theory;

/// <summary>The progress of several trainings at once: a bar on a terminal, otherwise a line for each network.</summary>
internal abstract class TrainingsProgress : IProgress<TrainingProgress>
{
    /// <summary>Shows progress on the error stream while <paramref name="run"/> runs.</summary>
    /// <param name="context">The command's context.</param>
    /// <param name="tasks">What is trained.</param>
    /// <param name="run">The work.</param>
    public static void Watch(CommandContext context, IReadOnlyList<NetworkTask> tasks, Action<TrainingsProgress> run)
    {
        if (!context.IsWatched)
        {
            run(new Lines(context.Error, tasks.Count));
            return;
        }

        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(context.Error) });
        console.Progress()
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .Start(bars => run(new Bar(bars.AddTask("training", maxValue: tasks.Sum(task => Epochs(task.Spec.Training!))), tasks.Count)));
    }

    /// <summary>Counts epochs.</summary>
    public abstract void Report(TrainingProgress value);

    /// <summary>A network is trained and measured.</summary>
    public abstract void Finished(TrainedNetwork network);

    private static double Epochs(TrainingSpec training) => training.Epochs + (training.Method == TrainingMethod.Separate ? training.RouterEpochs : 0);

    private static string Text(TrainedNetwork network) => string.Create(
        CultureInfo.InvariantCulture, $"seed {network.Task.Seed}, l = {network.Task.Spec.Model.Layers[0].PatchesPerExpert}: accuracy {network.Accuracy:0.0000}");

    private sealed class Bar(ProgressTask bar, int count) : TrainingsProgress
    {
        private int _finished;

        public override void Report(TrainingProgress value) => bar.Increment(value.Completed is null ? 0 : 1);

        public override void Finished(TrainedNetwork network) => bar.Description = $"{Interlocked.Increment(ref _finished)}/{count}  {Text(network)}";
    }

    private sealed class Lines(TextWriter error, int count) : TrainingsProgress
    {
        private int _finished;

        public override void Report(TrainingProgress value)
        {
        }

        public override void Finished(TrainedNetwork network)
        {
            lock (error)
            {
                error.WriteLine($"{++_finished}/{count}  {Text(network)}");
            }
        }
    }
}
