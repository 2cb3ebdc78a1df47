using System.Globalization;
using PatchMoE.Cli.Outputs;

namespace PatchMoE.Cli.Costs;

/// <summary>Predicted steps as a table.</summary>
internal static class ClusterTable
{
    /// <summary>Writes a row for each number of processes, and for which it pays.</summary>
    /// <param name="context">Where it goes.</param>
    /// <param name="steps">The predictions.</param>
    /// <param name="batch">Samples per update.</param>
    /// <param name="wanted">The number of processes that was asked for.</param>
    public static void Write(CommandContext context, IReadOnlyList<StepPrediction> steps, int batch, int wanted)
    {
        TextTable table = new("processes", "samples each", "compute ms", "exchange ms", "step ms", "speed-up", "efficiency");
        foreach (StepPrediction step in steps)
        {
            table.Add(
                step.Processes.ToString(CultureInfo.InvariantCulture),
                step.Samples.ToString(CultureInfo.InvariantCulture),
                Milliseconds(step.Compute),
                Milliseconds(step.Exchange),
                Milliseconds(step.Step),
                step.SpeedUp.ToString("0.00", CultureInfo.InvariantCulture),
                step.Efficiency.ToString("0 %", CultureInfo.InvariantCulture));
        }

        table.Write(context);
        int most = steps.Where(step => step.Pays).Max(step => step.Processes);
        context.Error.WriteLine(most == 1
            ? $"several processes do not pay for a batch of {batch}: more than half of their time would go to the exchange or be spent waiting"
            : $"pays for up to {most} processes: at least half of their time is what one alone would need, too");
        if (steps[^1].Processes < wanted)
        {
            context.Error.WriteLine($"a batch of {batch} has shares for no more than {steps[^1].Processes} processes");
        }
    }

    private static string Milliseconds(double seconds) => (seconds * 1e3).ToString("0.000", CultureInfo.InvariantCulture);
}
