using System.Text;
using PatchMoE.Reports.Charts;

namespace PatchMoE.Reports;

/// <summary>How to use the weights of a run: commands, and lines of a program.</summary>
internal static class UseSection
{
    public static void Append(StringBuilder html, PatchMoESpec spec, ReportRun run)
    {
        html.Append("<h2>Use these weights</h2>\n");
        html.Escaped($"<pre>{Commands(spec, run)}</pre>");
        if (spec.Model.Backbone is null)
        {
            html.Escaped($"<p>In a C# project with the package PatchMoE and the spec in its folder specs:</p><pre>{Program(spec, run)}</pre>");
        }
    }

    /// <summary>The name of a file that a network of such data may be asked about.</summary>
    public static string ExampleInput(DataSpec? data) => data switch { TextDataSpec => "letter.txt", FolderDataSpec => "picture.png", CsvDataSpec => "rows.csv", _ => "samples.npy" };

    private static string Commands(PatchMoESpec spec, ReportRun run)
    {
        string input = ExampleInput(spec.Data);
        string weights = run.WeightsPath;
        string[] lines = spec.Model.Backbone is null
            ? [$"pmoe predict {weights} --input {input}", $"pmoe eval {run.SpecPath} --weights {weights}", $"pmoe export {weights} --onnx {spec.Name}.onnx", $"pmoe publish {weights} --out native"]
            : [$"pmoe eval {run.SpecPath} --weights {weights} --backend torch"];
        return string.Join('\n', lines);
    }

    private static string Program(PatchMoESpec spec, ReportRun run)
    {
        string file = run.WeightsPath.Trim('\'').Replace("\\", "\\\\", StringComparison.Ordinal);
        string call = spec.Data switch
        {
            TextDataSpec => "model.ClassifyText(File.ReadAllText(\"letter.txt\"))",
            FolderDataSpec => "model.Classify(\"picture.png\")",
            _ => "model.Classify(sample)",
        };
        return $"""
            using PatchMoE;

            using {spec.Name} model = {spec.Name}.Load("{file}");
            Console.WriteLine({call});

            [PatchMoE("specs/{Path.GetFileName(run.SpecPath.Trim('\''))}")]
            public sealed partial class {spec.Name};
            """;
    }
}
