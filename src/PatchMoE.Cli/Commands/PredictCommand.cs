using System.CommandLine;
using PatchMoE.Cli.Inputs;
using PatchMoE.Cli.Outputs;
using PatchMoE.Formats;

namespace PatchMoE.Cli.Commands;

/// <summary><c>pmoe predict SPEC --weights FILE --input X.npy</c>: the class of each sample, one per line.</summary>
internal static class PredictCommand
{
    public static Command Create(CommandContext context)
    {
        Argument<string> spec = CommonOptions.Spec();
        Option<string> weights = CommonOptions.Weights();
        Option<string> input = CommonOptions.RequiredFile("--input", CommonOptions.SamplesHelp);
        Option<string?> lengths = CommonOptions.File("--lengths", "Number of valid patches of each sample (or group), a .npy file [B] (or [B, T]).");
        Option<string?> output = CommonOptions.File("--output", "A .npy file [B] of int32 to write the classes to as well.");
        Option<int?> threads = CommonOptions.Threads();
        var command = new Command("predict", "Print the class of each sample.") { spec, weights, input, lengths, output, threads };
        command.SetAction(parsed =>
        {
            OutputFiles.RequireDistinct(
                [parsed.GetValue(output)], [parsed.GetValue(spec), parsed.GetValue(weights), .. ArrayInput.Files(parsed.GetValue(input), parsed.GetValue(lengths))]);
            PatchMoESpec valid = SpecFile.Load(parsed.GetRequiredValue(spec), context);
            SampleBatch batch = context.Compute(() => SampleFiles.Read(valid.Model, parsed.GetRequiredValue(input), labels: null, parsed.GetValue(lengths)));
            IPatchMoEModel model = TrainedModel.Load(valid, parsed.GetRequiredValue(weights), context);
            int[] classes = context.Compute(() => Predict(model, batch, parsed.GetValue(threads) ?? CommonOptions.DefaultThreads));
            if (parsed.GetValue(output) is { } path)
            {
                NpyFile.Write(path, new NpyArray([batch.Samples], classes));
            }

            context.Output.Write(string.Concat(classes.Select(predicted => $"{predicted}\n")));
            return ExitCode.Done;
        });
        return command;
    }

    private static int[] Predict(IPatchMoEModel model, SampleBatch batch, int threads)
    {
        using Workspace workspace = model.CreateWorkspace(threads);
        var classes = new int[batch.Samples];
        model.Predict(batch.Input, classes, workspace, batch.Lengths);
        return classes;
    }
}
