using System.CommandLine;
using System.Globalization;
using PatchMoE.Cli.Inputs;
using PatchMoE.Cli.Outputs;

namespace PatchMoE.Cli.Commands;

/// <summary><c>pmoe check SPEC</c>: reports all mistakes of a spec at once.</summary>
internal static class CheckCommand
{
    public static Command Create(CommandContext context)
    {
        Argument<string> spec = CommonOptions.Spec();
        var command = new Command("check", "Check a spec and report every mistake in it.") { spec };
        command.SetAction(parsed =>
        {
            string path = parsed.GetRequiredValue(spec);

            // The diagnostics are the requested output, so they are data.
            context.Output.WriteLine($"{path}: {Describe(SpecFile.Load(path, context, report: context.Output))}");
            return ExitCode.Done;
        });
        return command;
    }

    private static string Describe(PatchMoESpec spec)
    {
        ModelSpec model = spec.Model;
        IEnumerable<string> layers = model.LayerShapes().Select((shape, i) => string.Create(
            CultureInfo.InvariantCulture,
            $"layer {i}: {Count(shape.Patches, "patch", "patches")} of d = {shape.Dimension}, {Count(shape.Experts, "expert", "experts")} of {Count(shape.Neurons, "neuron", "neurons")}, {shape.PatchesPerExpert} each"));
        IEnumerable<string> backbone = model.Backbone?.Map() is var (height, width, channels)
            ? [string.Create(CultureInfo.InvariantCulture, $"backbone: a map of {height}x{width}x{channels}")]
            : [];
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{spec.Name} is valid ({string.Join("; ", backbone.Concat(layers))}; {Count(model.Head.Outputs, "output", "outputs")}; {model.WeightCount():N0} weights).");
    }

    private static string Count(int count, string one, string many) => string.Create(CultureInfo.InvariantCulture, $"{count} {(count == 1 ? one : many)}");
}
