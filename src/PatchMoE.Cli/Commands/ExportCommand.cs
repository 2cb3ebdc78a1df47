using System.CommandLine;
using System.Globalization;
using PatchMoE.Cli.Inputs;
using PatchMoE.Cli.Outputs;
using PatchMoE.Formats;
using PatchMoE.Onnx;

namespace PatchMoE.Cli.Commands;

/// <summary><c>pmoe export MODEL --onnx FILE</c>: writes the network as an ONNX model.</summary>
internal static class ExportCommand
{
    public static Command Create(CommandContext context)
    {
        Argument<string> spec = CommonOptions.Model();
        Option<string?> weights = CommonOptions.OptionalWeights();
        Option<string> onnx = CommonOptions.RequiredFile("--onnx", "The .onnx file to write.");
        var lengths = new Option<bool>("--with-lengths") { Description = "Add the optional input 'lengths', the number of valid patches of each sample (or group)." };
        var command = new Command("export", "Write the network as an ONNX model, for ONNX Runtime and others.") { spec, weights, onnx, lengths };
        command.SetAction(parsed =>
        {
            string path = parsed.GetRequiredValue(onnx);
            ModelSource source = ModelSource.Find(parsed.GetRequiredValue(spec), parsed.GetValue(weights), context);
            OutputFiles.RequireDistinct([path], [parsed.GetValue(spec), source.WeightsPath]);
            PatchMoESpec valid = source.Spec;
            if (parsed.GetValue(lengths) && valid.Model.Backbone is not null)
            {
                throw new BadInputException("--with-lengths: the model has a backbone, and every patch of its map is valid. Leave --with-lengths out.");
            }

            var network = new WeightBuffer(valid);
            WeightsFile.Load(source.WeightsPath, valid.Model, network.Parameters);
            var options = new OnnxExportOptions { Metadata = WeightsFile.ReadMetadata(source.WeightsPath, valid.Model), Lengths = parsed.GetValue(lengths) };
            OnnxModel model = context.Compute(() => OnnxModel.Export(network, options));
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
