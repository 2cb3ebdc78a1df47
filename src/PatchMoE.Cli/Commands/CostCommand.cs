using System.CommandLine;
using PatchMoE.Cli.Costs;
using PatchMoE.Cli.Inputs;
using PatchMoE.Cli.Outputs;

namespace PatchMoE.Cli.Commands;

/// <summary><c>pmoe cost SPEC</c>: weights, FLOPs and bytes, next to those of the networks that a pMoE network is compared with.</summary>
internal static class CostCommand
{
    private const int DefaultBatch = 32;
    private const int MaximumBatch = 1 << 20;
    private const int MaximumRanks = 1024;

    public static Command Create(CommandContext context)
    {
        Argument<string> spec = CommonOptions.Spec();
        Option<int?> batch = CommonOptions.Number("--batch", $"Samples per pass, used to count bytes. [default: training.batch of the spec, or {DefaultBatch}]", 1, MaximumBatch);
        Option<bool> json = CommonOptions.Json();
        Option<int?> ranks = CommonOptions.Number("--ranks", "Predict the time of a training step on up to so many processes.", 1, MaximumRanks);
        Option<double> network = NetworkOptions.Network();
        Option<double> latency = NetworkOptions.Latency();
        Option<double?> step = NetworkOptions.Step();
        var command = new Command("cost", "Count weights, FLOPs and bytes, and compare them with a CNN and a sample-level MoE of the same size.") { spec, batch, ranks, network, latency, step, json };
        command.SetAction(parsed =>
        {
            PatchMoESpec valid = SpecFile.Load(parsed.GetRequiredValue(spec), context);
            int samples = parsed.GetValue(batch) ?? valid.Training?.Batch ?? DefaultBatch;
            CostReport report = CostReport.Of(valid, samples);
            CostTables.Write(context, report);
            IReadOnlyList<StepPrediction>? steps = null;
            if (parsed.GetValue(ranks) is { } most)
            {
                NetworkCost cost = report.Networks[0].Cost;
                ClusterSpeed speed = NetworkOptions.Speed(cost, samples, parsed.GetValue(network), parsed.GetValue(latency), parsed.GetValue(step), context);
                int? shares = valid.Training is { Shares: > 1 } training ? training.Shares : null;
                steps = StepPrediction.Of(cost.Parameters, samples, shares, most, speed);
                ClusterTable.Write(context, steps, samples, most);
            }

            context.WriteResult(CostJson.Of(report, steps), parsed.GetValue(json));
            return ExitCode.Done;
        });
        return command;
    }
}
