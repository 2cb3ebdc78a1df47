using System.Globalization;
using PatchMoE.Training;
using PatchMoE.Training.Runs;
using Spectre.Console;

namespace PatchMoE.Cli.Training;

/// <summary>A progress bar for each phase, with the loss so far and the last epoch's accuracy on the test data.</summary>
internal sealed class BarProgress : IProgress<TrainingProgress>
{
    // In fewer columns the text would take all the space.
    private const int WidthOfAll = 72;
    private const int TextWidth = 66;
    private const int ShortestBar = 8;
    private const int LongestBar = 40;

    private readonly ProgressContext _bars;
    private ProgressTask? _bar;
    private TrainingPhase _phase;
    private string _tested = "";

    private BarProgress(ProgressContext bars) => _bars = bars;

    /// <summary>Shows bars on <paramref name="error"/> while <paramref name="train"/> runs.</summary>
    public static TrainingResult Watch(TextWriter error, Func<IProgress<TrainingProgress>, TrainingResult> train)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(error) });
        ProgressColumn[] columns = [new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn { Width = Math.Clamp(console.Profile.Width - TextWidth, ShortestBar, LongestBar) }, new PercentageColumn(), new RemainingTimeColumn()];
        return console.Progress()
            .Columns(console.Profile.Width >= WidthOfAll ? columns : columns[..1])
            .Start(bars => train(new BarProgress(bars)));
    }

    public void Report(TrainingProgress value)
    {
        if (_bar is null || _phase != value.Phase)
        {
            (_phase, _tested) = (value.Phase, "");
            _bar = _bars.AddTask(ProgressText.Phase(value.Phase), maxValue: (double)value.Epochs * value.Batches);
        }

        if (value.Completed is { } completed)
        {
            _tested = completed.TestAccuracy is { } accuracy ? string.Create(CultureInfo.InvariantCulture, $"  test accuracy {accuracy:0.000}")
                : completed.RouterHitRate is { } hits ? string.Create(CultureInfo.InvariantCulture, $"  router hits {hits:0.000}")
                : "";
        }

        _bar.Description = string.Create(
            CultureInfo.InvariantCulture, $"{ProgressText.Phase(value.Phase)}  epoch {value.Epoch}/{value.Epochs}  {ProgressText.Objective(value.Phase, value.Loss)}{_tested}");
        _bar.Value = ((value.Epoch - 1.0) * value.Batches) + value.Batch;
    }
}
