using System.CommandLine;
using System.Globalization;
using PatchMoE.Cli.Backends;
using PatchMoE.Cli.Inputs;
using PatchMoE.Cli.Outputs;
using PatchMoE.Cli.Training;
using PatchMoE.Formats;
using PatchMoE.Kernels;
using PatchMoE.Training.Data;
using PatchMoE.Training.Evaluation;

namespace PatchMoE.Cli.Commands;

/// <summary><c>pmoe eval SPEC --weights FILE</c>: evaluates weights on the spec's test data.</summary>
internal static class EvalCommand
{
    public static Command Create(CommandContext context)
    {
        Argument<string> spec = CommonOptions.Spec();
        Option<string?> weights = CommonOptions.OptionalWeights();
        Option<string?> data = CommonOptions.Data();
        Option<int?> seed = CommonOptions.Seed();
        Option<int?> threads = CommonOptions.Threads();
        Option<string> backend = CommonOptions.Backend();
        Option<string?> device = CommonOptions.Device();
        Option<bool> json = CommonOptions.Json();
        seed.Description += " Use the seed of the training run (spec.json in its folder has it); otherwise training images may be among the test images.";
        var command = new Command("eval", "Evaluate weights on the spec's test data.") { spec, weights, data, seed, threads, backend, device, json };
        command.SetAction(parsed =>
        {
            BackendEntry entry = BackendCatalog.Require(parsed.GetRequiredValue(backend), parsed.GetValue(device));
            ModelSource source = ModelSource.Find(parsed.GetRequiredValue(spec), parsed.GetValue(weights), context);
            string weightsPath = source.WeightsPath;
            PatchMoESpec valid = TrainingRun.Resolve(source.Spec, source.Folder, parsed.GetValue(seed));
            entry.RequireFor(valid);
            Normalization? normalization = WeightsFile.ReadMetadata(weightsPath, valid.Model).Normalization;
            Dataset test = SpecData.Load(valid, source.Folder, context, parsed.GetValue(data), normalization: normalization).Test;
            var parameters = new WeightBuffer(valid);
            TrainedModel.Weights(valid.Model, weightsPath, context).CopyTo(parameters.Parameters);
            var request = new EngineRequest(valid, parsed.GetValue(threads) ?? CommonOptions.DefaultThreads, parsed.GetValue(device));
            using INetworkEngine engine = context.Compute(() => entry.Start(request, context.Error));
            engine.SetParameters(parameters.Parameters);
            EvaluationResult result = new Evaluator(engine).Evaluate(test.WithVectorsOf(parameters), context.Cancellation);
            if (!double.IsFinite(result.Loss))
            {
                throw new BadInputException($"{weightsPath}: the test loss is {FiniteCheck.Show(result.Loss)}: with these weights the logits exceed the range of float32. Train again with a lower learning rate.");
            }

            string line = JsonLine.Of(new
            {
                valid.Name,
                TestAccuracy = result.Accuracy,
                TestLoss = result.Loss,
                result.RouterHitRate,
                Samples = test.Count,
                valid.Training!.Seed,
            });
            string hits = result.RouterHitRate is { } rate ? string.Create(CultureInfo.InvariantCulture, $", router hits {rate * 100:0.0} %") : "";
            context.WriteResult(line, parsed.GetValue(json), string.Create(
                CultureInfo.InvariantCulture, $"{valid.Name}: test accuracy {result.Accuracy * 100:0.0} % of {test.Count:N0} samples, test loss {ProgressText.Loss(result.Loss)}{hits}"));
            return ExitCode.Done;
        });
        return command;
    }
}
