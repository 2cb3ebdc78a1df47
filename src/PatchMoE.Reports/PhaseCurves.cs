using PatchMoE.Reports.Charts;
using PatchMoE.Training.Runs;

namespace PatchMoE.Reports;

/// <summary>
/// Curves of one phase of training: of routers that learn alone, or of the network. The former have a linear loss; shown is its negative, the margin, which grows
/// without end and would look like divergence the other way round.
/// </summary>
internal static class PhaseCurves
{
    /// <summary>What is counted from left to right.</summary>
    /// <param name="phase">The phase.</param>
    public static string Epochs(TrainingPhase phase) => phase switch
    {
        TrainingPhase.Routers => "epoch of the routers",
        TrainingPhase.Experts => "epoch of the experts",
        _ => "epoch",
    };

    /// <summary>What the loss of a phase is shown as, and its value.</summary>
    /// <param name="isRouters">Whether routers learn alone.</param>
    public static (string Name, Func<double?, double?> Shown) Objective(bool isRouters) => isRouters ? ("margin", loss => -loss) : ("loss", loss => loss);

    /// <summary>The losses of runs.</summary>
    public static string Loss(bool isRouters, string data, IReadOnlyList<RunRecord> runs, Func<EpochMetrics, double?> value)
    {
        (string name, Func<double?, double?> shown) = Objective(isRouters);
        return Draw(isRouters, $"{char.ToUpperInvariant(data[0])}{data[1..]} {name}", name, runs, epoch => shown(value(epoch)));
    }

    /// <summary>A value of runs over the epochs of a phase; nothing if no run has it.</summary>
    public static string Draw(bool isRouters, string title, string vertical, IReadOnlyList<RunRecord> runs, Func<EpochMetrics, double?> value)
    {
        string heading = isRouters ? $"Routers: {char.ToLowerInvariant(title[0])}{title[1..]}" : title;
        ChartSeries[] lines = [.. runs
            .Select((run, i) => new ChartSeries(run.Name, Palette.OfSeries(i), [.. run.History.Where(epoch => epoch.Phase == TrainingPhase.Routers == isRouters).Select(value)]))
            .Where(line => line.Values.Any(one => one is not null))];
        return lines.Length > 0 ? LineChart.Draw(heading, vertical, lines, horizontal: isRouters ? Epochs(TrainingPhase.Routers) : Epochs(TrainingPhase.All)) : "";
    }
}
