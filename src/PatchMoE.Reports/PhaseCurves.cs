using PatchMoE.Reports.Charts;
using PatchMoE.Training.Runs;

namespace PatchMoE.Reports;

/// <summary>Curves of one phase of training. Routers that learn alone have a linear loss; shown is its negative, the margin, which grows without end.</summary>
internal static class PhaseCurves
{
    /// <summary>What is counted from left to right.</summary>
    public static string Epochs(TrainingPhase phase) => phase switch
    {
        TrainingPhase.Routers => "epoch of the routers",
        TrainingPhase.Experts => "epoch of the experts",
        _ => "epoch",
    };

    /// <summary>What is called the loss of a phase, and its value to show.</summary>
    public static (string Name, Func<double?, double?> Shown) Objective(TrainingPhase phase) => phase switch
    {
        TrainingPhase.Routers => ("margin", loss => -loss),
        _ => ("loss", loss => loss),
    };

    /// <summary>The losses of runs.</summary>
    public static string Loss(TrainingPhase phase, string data, IReadOnlyList<RunRecord> runs, Func<EpochMetrics, double?> value)
    {
        (string name, Func<double?, double?> shown) = Objective(phase);
        return Draw(phase, $"{char.ToUpperInvariant(data[0])}{data[1..]} {name}", name, runs, epoch => shown(value(epoch)));
    }

    /// <summary>A value of runs over the epochs of a phase; nothing if no run has it.</summary>
    public static string Draw(TrainingPhase phase, string title, string vertical, IReadOnlyList<RunRecord> runs, Func<EpochMetrics, double?> value)
    {
        string prefix = phase switch { TrainingPhase.Routers => "Routers: ", TrainingPhase.Experts => "Experts: ", _ => "" };
        string heading = prefix.Length == 0 ? title : prefix + char.ToLowerInvariant(title[0]) + title[1..];
        ChartSeries[] lines = [.. runs
            .Select((run, i) => new ChartSeries(run.Name, Palette.OfSeries(i), [.. run.History.Where(epoch => epoch.Phase == phase).Select(value)]))
            .Where(line => line.Values.Any(one => one is not null))];
        return lines.Length > 0 ? LineChart.Draw(heading, vertical, lines, horizontal: Epochs(phase)) : "";
    }
}
