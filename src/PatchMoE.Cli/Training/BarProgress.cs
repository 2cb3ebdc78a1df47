using System.Globalization;
using PatchMoE.Training;
using PatchMoE.Training.Runs;
using Spectre.Console;

namespace PatchMoE.Cli.Training;

/// <summary>A progress bar for each phase, with the loss so far and the last epoch's accuracy.</summary>
internal sealed class BarProgress : IProgress<TrainingProgress>
{
    // In fewer columns the text would take all the space.
    private const int WidthOfAll = 72;

    private readonly ProgressContext _bars;
    private ProgressTask? _bar;
    private TrainingPhase _phase;
    private string _accuracy = "";

    private BarProgress(ProgressContext bars) => _bars = bars;

    /// <summary>Shows bars on <paramref name="error"/> while <paramref name="train"/> runs.</summary>
    public static TrainingResult Watch(TextWriter error, Func<IProgress<TrainingProgress>, TrainingResult> train)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(error) });
        ProgressColumn[] columns = [new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn()];
        return console.Progress()
            .Columns(console.Profile.Width >= WidthOfAll ? columns : columns[..1])
            .Start(bars => train(new BarProgress(bars)));
    }

    public void Report(TrainingProgress value)
    {
        if (_bar is null || _phase != value.Phase)
        {
            _phase = value.Phase;
            _bar = _bars.AddTask(ProgressText.Phase(value.Phase), maxValue: (double)value.Epochs * value.Batches);
        }

        if (value.Completed?.TestAccuracy is { } accuracy)
        {
            _accuracy = string.Create(CultureInfo.InvariantCulture, $"  accuracy {accuracy:0.000}");
        }

        _bar.Description = string.Create(
            CultureInfo.InvariantCulture, $"{ProgressText.Phase(value.Phase)}  epoch {value.Epoch}/{value.Epochs}  loss {ProgressText.Loss(value.Loss)}{_accuracy}");
        _bar.Value = ((value.Epoch - 1.0) * value.Batches) + value.Batch;
    }
}
