using System.CommandLine;
using System.Globalization;
using PatchMoE.Cli.Inputs;
using PatchMoE.Cli.Outputs;
using PatchMoE.Formats;
using PatchMoE.Onnx;

namespace PatchMoE.Cli.Commands;

/// <summary><c>pmoe export SPEC --weights FILE --onnx FILE</c>: writes the network as an ONNX model.</summary>
internal static class ExportCommand
{
    public static Command Create(CommandContext context)
    {
        Argument<string> spec = CommonOptions.Spec();
        Option<string> weights = CommonOptions.Weights();
        Option<string> onnx = CommonOptions.RequiredFile("--onnx", "The .onnx file to write.");
        var lengths = new Option<bool>("--with-lengths") { Description = "Add the optional input 'lengths', the number of valid patches of each sample (or group)." };
        var command = new Command("export", "Write the network as an ONNX model, for ONNX Runtime and others.") { spec, weights, onnx, lengths };
        command.SetAction(parsed =>
        {
            string path = parsed.GetRequiredValue(onnx);
            OutputFiles.RequireDistinct([path], [parsed.GetValue(spec), parsed.GetValue(weights)]);
            PatchMoESpec valid = SpecFile.Load(parsed.GetRequiredValue(spec), context);
            if (parsed.GetValue(lengths) && valid.Model.Backbone is not null)
            {
                throw new BadInputException("--with-lengths: the model has a backbone, and every patch of its map is valid. Leave --with-lengths out.");
            }

            var network = new WeightBuffer(valid);
            WeightsFile.Load(parsed.GetRequiredValue(weights), valid.Model, network.Parameters);
            OnnxModel model = context.Compute(() => OnnxModel.Export(network, new OnnxExportOptions { Lengths = parsed.GetValue(lengths) }));
            model.Save(path);
            Describe(model, path, context.Error);
            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>What the file's user gives and gets.</summary>
    private static void Describe(OnnxModel model, string path, TextWriter report)
    {
        report.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{path}: {model.Nodes.Count} nodes, opset {OnnxModel.Opset}"));
        (string Kind, OnnxValue Value, string Shape)[] values =
        [
            .. model.Inputs.Select(value => ("input", value, ShapeOf(value))),
            .. model.Outputs.Select(value => ("output", value, ShapeOf(value))),
        ];
        int width = values.Max(one => one.Shape.Length);
        foreach ((string kind, OnnxValue value, string shape) in values)
        {
            report.WriteLine($"  {kind,-6}  {value.Name,-13}  {value.Type,-7}  {shape.PadRight(width)}  {value.Description}");
        }
    }

    private static string ShapeOf(OnnxValue value) => $"[{string.Join(", ", value.Shape)}]";
}
