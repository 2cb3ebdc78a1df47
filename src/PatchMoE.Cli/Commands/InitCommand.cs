using System.CommandLine;
using PatchMoE.Cli.Inputs;
using PatchMoE.Cli.Outputs;
using PatchMoE.Formats;
using PatchMoE.Initialization;

namespace PatchMoE.Cli.Commands;

/// <summary><c>pmoe init SPEC --seed S --weights FILE</c>: draws initial weights.</summary>
internal static class InitCommand
{
    public static Command Create(CommandContext context)
    {
        Argument<string> spec = CommonOptions.Spec();
        Option<int?> seed = CommonOptions.Seed();
        Option<string> weights = CommonOptions.RequiredFile("--weights", "The safetensors file to write.");
        var command = new Command("init", "Draw initial weights.") { spec, seed, weights };
        command.SetAction(parsed =>
        {
            OutputFiles.RequireDistinct([parsed.GetValue(weights)], [parsed.GetValue(spec)]);
            PatchMoESpec valid = SpecFile.Load(parsed.GetRequiredValue(spec), context);
            var parameters = new float[ModelParameters.BufferLength(valid.Model.Parameters())];
            WeightInitializer.Initialize(valid, (ulong)(parsed.GetValue(seed) ?? (valid.Training ?? TrainingSpec.Default).Seed), parameters);
            WeightsFile.Save(parsed.GetRequiredValue(weights), valid.Model, parameters);
            return ExitCode.Done;
        });
        return command;
    }
}
