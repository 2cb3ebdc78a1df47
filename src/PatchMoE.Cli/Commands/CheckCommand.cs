using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Runtime.ExceptionServices;
using PatchMoE.Cli.Inputs;
using PatchMoE.Cli.Outputs;

namespace PatchMoE.Cli.Commands;

/// <summary><c>pmoe check SPEC …</c>: reports all mistakes of specs at once.</summary>
internal static class CheckCommand
{
    public static Command Create(CommandContext context)
    {
        var specs = new Argument<string[]>("SPEC") { Description = "The specs, JSON files.", Arity = ArgumentArity.OneOrMore };

        // Of an argument that takes any number, an unknown option is one more.
        specs.Validators.Add(result =>
        {
            foreach (Token token in result.Tokens.Where(token => token.Value.StartsWith('-')))
            {
                result.AddError($"there is no option '{token.Value}'. A spec whose name begins with '-' is given as './{token.Value}'.");
            }
        });
        var command = new Command("check", "Check specs and report every mistake in them.") { specs };
        command.SetAction(parsed =>
        {
            List<BadInputException> failures = [.. parsed.GetRequiredValue(specs).Select(path => Check(path, context)).OfType<BadInputException>()];
            foreach (BadInputException failure in failures.SkipLast(1))
            {
                context.Error.WriteLine($"error: {failure.Message}");
            }

            // The last is reported as that of any command.
            if (failures.Count > 0)
            {
                ExceptionDispatchInfo.Throw(failures[^1]);
            }

            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>Reports on a spec; returns what makes it invalid, which does not keep the others from being checked.</summary>
    private static BadInputException? Check(string path, CommandContext context)
    {
        try
        {
            // The diagnostics are the requested output, so they are data.
            context.Output.WriteLine($"{path}: {Describe(SpecFile.Load(path, context, report: context.Output))}");
            return null;
        }
        catch (BadInputException failure)
        {
            return failure;
        }
    }

    private static string Describe(PatchMoESpec spec)
    {
        ModelSpec model = spec.Model;
        IEnumerable<string> layers = model.LayerShapes().Select((shape, i) => string.Create(
            CultureInfo.InvariantCulture,
            $"layer {i}: {Count(shape.Patches, "patch", "patches")} of d = {shape.Dimension}, {Count(shape.Experts, "expert", "experts")} of {Count(shape.Neurons, "neuron", "neurons")}, {Taken(model.Layers[i], shape)}{Map(shape)}"));
        IEnumerable<string> backbone = model.Backbone?.Map() is var (height, width, channels)
            ? [string.Create(CultureInfo.InvariantCulture, $"backbone: a map of {height}x{width}x{channels}")]
            : [];
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{spec.Name} is valid ({string.Join("; ", backbone.Concat(layers))}; {Count(model.Head.Outputs, "output", "outputs")}; {model.WeightCount():N0} weights).");
    }

    private static string Map(LayerShape shape) =>
        shape.Map is { } map ? string.Create(CultureInfo.InvariantCulture, $", a map of {map.Height}x{map.Width}x{map.Channels}") : string.Empty;

    private static string Taken(LayerSpec layer, LayerShape shape) => layer.Choice is not { } choice
        ? string.Create(CultureInfo.InvariantCulture, $"{shape.PatchesPerExpert} each")
        : string.Create(CultureInfo.InvariantCulture, $"{choice.ExpertsPerPatch} for each patch, at most {shape.PatchesPerExpert} each");

    private static string Count(int count, string one, string many) => string.Create(CultureInfo.InvariantCulture, $"{count} {(count == 1 ? one : many)}");
}
