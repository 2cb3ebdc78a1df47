using System.Globalization;
using PatchMoE.Cli.Outputs;

namespace PatchMoE.Cli.Costs;

/// <summary>The costs as tables.</summary>
internal static class CostTables
{
    /// <summary>Writes the parts of the network, then the networks next to each other.</summary>
    public static void Write(CommandContext context, CostReport report)
    {
        context.Error.WriteLine($"{report.Name}: FLOPs per sample, a multiply-add counted as two; bytes for a batch of {report.Batch}, with input, weights and results counted once each");
        TextTable parts = new("part", "output", "weights", "MFLOP forward");
        foreach (CostPart part in report.Parts)
        {
            parts.Add(part.Name, part.Map, Whole(part.Weights), Mega(part.Forward));
        }

        parts.Write(context);

        NetworkCost self = report.Networks[0].Cost;
        TextTable networks = new("network", "weights", "MFLOP forward", "MFLOP backward", "MB forward", "MB step", "layers", "forward", "training");
        foreach (ComparedCost network in report.Networks)
        {
            networks.Add(
                network.Name,
                Whole(network.Weights),
                Mega(network.Cost.ForwardFlops),
                Mega(network.Cost.BackwardFlops),
                Mega(network.Cost.Forward(report.Batch).Bytes),
                Mega(network.Cost.Step(report.Batch).Bytes),
                network.LayerForward == 0 ? "" : Ratio(network.LayerForward, report.Networks[0].LayerForward),
                Ratio(network.Cost.ForwardFlops, self.ForwardFlops),
                Ratio(network.Cost.ForwardFlops + network.Cost.BackwardFlops, self.ForwardFlops + self.BackwardFlops));
        }

        networks.Write(context);
        if (report.Networks.Count > 1)
        {
            context.Error.WriteLine("layers, forward, training: FLOPs of the layers, of the forward pass and of both passes, as multiples of this network's");
        }
    }

    private static string Whole(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static string Mega(long value) => (value / 1e6).ToString("N3", CultureInfo.InvariantCulture);

    private static string Ratio(long value, long unit) => string.Create(CultureInfo.InvariantCulture, $"{(double)value / unit:0.00}x");
}
