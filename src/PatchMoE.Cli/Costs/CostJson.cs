using PatchMoE.Cli.Outputs;

namespace PatchMoE.Cli.Costs;

/// <summary>The costs as one JSON line; FLOPs of one sample, bytes of the batch.</summary>
internal static class CostJson
{
    public static string Of(CostReport report, IReadOnlyList<StepPrediction>? steps) => JsonLine.Of(new
    {
        report.Name,
        report.Batch,
        Parts = report.Parts.Select(part => new { part.Name, part.Weights, ForwardFlops = part.Forward }),
        Networks = report.Networks.Select(network => new
        {
            network.Name,
            network.Weights,
            LayerForwardFlops = network.LayerForward,
            network.Cost.ForwardFlops,
            network.Cost.BackwardFlops,
            ForwardBytes = network.Cost.Forward(report.Batch).Bytes,
            StepBytes = network.Cost.Step(report.Batch).Bytes,
        }),
        Ranks = steps?.Select(step => new
        {
            step.Processes,
            step.Samples,
            ComputeSeconds = step.Compute,
            ExchangeSeconds = step.Exchange,
            StepSeconds = step.Step,
            step.SpeedUp,
            step.Pays,
        }),
    });
}
