using System.Globalization;
using PatchMoE.Cli.Outputs;
using PatchMoE.Cli.Runs;
using PatchMoE.Reports;
using PatchMoE.Training;
using PatchMoE.Training.Runs;

namespace PatchMoE.Cli.Training;

/// <summary>What <c>pmoe train</c> tells a person at its end: three lines, and the command that comes next.</summary>
internal static class TrainingText
{
    /// <summary>The lines.</summary>
    /// <param name="spec">What was trained.</param>
    /// <param name="specPath">The spec's file as the user named it.</param>
    /// <param name="result">The result.</param>
    /// <param name="folder">The run folder.</param>
    public static IEnumerable<string> Lines(PatchMoESpec spec, string specPath, TrainingResult result, RunFolder folder)
    {
        yield return Numbers(spec, result);
        yield return $"trained  {Epochs(result)} in {result.Seconds.ToString("0.0", CultureInfo.InvariantCulture)} s";
        yield return $"results  {ShellWord.Path(folder.FullPath)}: weights.safetensors, report.html";
        yield return $"next     {(result.Interrupted ? Resume(spec, specPath, folder) : Use(spec, specPath, folder))}";
    }

    /// <summary>The command that continues a run.</summary>
    public static string Resume(PatchMoESpec spec, string specPath, RunFolder folder)
    {
        string seeds = spec.Training!.Seeds > 1 ? string.Create(CultureInfo.InvariantCulture, $" --seeds {spec.Training.Seeds}") : "";
        return $"pmoe train {ShellWord.Of(specPath)}{seeds} --resume --out {ShellWord.Path(folder.FullPath)}";
    }

    private static string Numbers(PatchMoESpec spec, TrainingResult result)
    {
        string name = result.Interrupted ? $"{spec.Name}, interrupted" : spec.Name;
        string hits = result.Final.RouterHitRate is { } rate ? string.Create(CultureInfo.InvariantCulture, $", router hits {rate * 100:0.0} %") : "";
        return string.Create(CultureInfo.InvariantCulture, $"{name}: test accuracy {result.Final.Accuracy * 100:0.0} %, test loss {ProgressText.Loss(result.Final.Loss)}{hits}");
    }

    /// <summary>Separate training has two kinds of epochs, and <c>--epochs</c> counts those of the experts.</summary>
    private static string Epochs(TrainingResult result)
    {
        int routers = result.History.Count(epoch => epoch.Phase == TrainingPhase.Routers);
        string Count(int epochs) => string.Create(CultureInfo.InvariantCulture, $"{epochs} {(epochs == 1 ? "epoch" : "epochs")}");
        return routers == 0 ? Count(result.History.Count) : $"{Count(routers)} of routers, then {Count(result.History.Count - routers)} of experts,";
    }

    /// <summary>What one does with the weights of such data: a network of made-up samples is looked at, one of the user's own is asked.</summary>
    private static string Use(PatchMoESpec spec, string specPath, RunFolder folder)
    {
        // A spec's last run in the folder runs is found by itself.
        bool isFound = RunPlaces.LatestWeights(spec) is { } last && Path.GetFullPath(last) == Path.GetFullPath(folder.WeightsPath);
        string model = ShellWord.Of(specPath) + (isFound ? "" : $" --weights {ShellWord.Path(folder.WeightsPath)}");
        return spec.Data switch
        {
            TextDataSpec => $"pmoe route {model} --input {UseSection.ExampleInput(spec.Data)}",
            FolderDataSpec or CsvDataSpec or ArraysDataSpec => $"pmoe predict {model} --input {UseSection.ExampleInput(spec.Data)}",
            _ when spec.Model.Backbone is null && spec.Model.Layers.Any(layer => layer.Routing != Routing.Dense) => $"pmoe route {model} --out routes.svg",
            _ => $"pmoe eval {model}",
        };
    }
}
