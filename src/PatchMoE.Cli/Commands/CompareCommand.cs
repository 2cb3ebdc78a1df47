using System.CommandLine;
using PatchMoE.Cli.Inputs;
using PatchMoE.Cli.Outputs;
using PatchMoE.Formats;
using PatchMoE.Reports;
using PatchMoE.Training.Runs;

namespace PatchMoE.Cli.Commands;

/// <summary><c>pmoe compare RUN RUN …</c>: compares training runs.</summary>
internal static class CompareCommand
{
    public static Command Create(CommandContext context)
    {
        var folders = new Argument<string[]>("RUN") { Description = "The folders of training runs.", Arity = ArgumentArity.OneOrMore };
        Option<string?> page = CommonOptions.File("--out", "The HTML page to write, with the table and the curves.");
        Option<bool> json = CommonOptions.Json();
        var command = new Command("compare", "Compare training runs: FLOPs, time per step, memory, accuracy.") { folders, page, json };
        command.SetAction(parsed =>
        {
            string[] paths = parsed.GetRequiredValue(folders);
            OutputFiles.RequireDistinct([parsed.GetValue(page)], [.. paths.SelectMany(path => new[] { SpecIn(path), MetricsIn(path) })]);
            RunRecord[] runs = Named([.. paths.Select(path => Read(path, context))], paths);
            var table = new TextTable([.. ComparisonReport.Titles]);
            foreach (RunRecord run in runs)
            {
                table.Add([.. ComparisonReport.Row(run)]);
            }

            table.Write(context);
            if (parsed.GetValue(page) is { } file)
            {
                AtomicFile.WriteText(file, ComparisonReport.ToHtml(runs));
            }

            context.WriteResult(JsonLine.Of(new { Runs = runs.Select(Summary) }), parsed.GetValue(json));
            return ExitCode.Done;
        });
        return command;
    }

    private static string SpecIn(string folder) => Path.Combine(folder, "spec.json");

    private static string MetricsIn(string folder) => Path.Combine(folder, "metrics.jsonl");

    private static RunRecord Read(string folder, CommandContext context)
    {
        if (!File.Exists(SpecIn(folder)) || !File.Exists(MetricsIn(folder)))
        {
            throw new BadInputException($"{folder}: this is not a run: it must contain spec.json and metrics.jsonl. Give the folder of a run of 'pmoe train'.");
        }

        PatchMoESpec spec = SpecFile.Load(SpecIn(folder), context);
        return new RunRecord(spec.Name, spec, RunRecord.ReadMetrics(MetricsIn(folder)));
    }

    /// <summary>Runs of the same spec are distinguished by their folders.</summary>
    private static RunRecord[] Named(RunRecord[] runs, string[] paths) =>
        [.. runs.Select((run, i) => runs.Count(other => other.Name == run.Name) == 1 ? run : run with { Name = $"{run.Name} ({paths[i]})" })];

    private static object Summary(RunRecord run) => new
    {
        run.Name,
        Weights = run.Spec.Model.WeightCount(),
        run.Cost.ForwardFlops,
        run.Cost.BackwardFlops,
        run.Batch,
        Epochs = run.History.Count,
        run.Last.TrainLoss,
        run.SecondsPerStep,
        run.PeakMemory,
        run.Last.TestLoss,
        run.Last.TestAccuracy,
    };
}
