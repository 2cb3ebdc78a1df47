using System.Globalization;
using PatchMoE.Cli.Outputs;
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
        string weights = ShellWord.Path(folder.WeightsPath);
        yield return Numbers(spec, result);
        yield return $"weights  {weights}";
        yield return $"report   {ShellWord.Path(folder.ReportPath)}";
        yield return $"next     {(result.Interrupted ? Resume(spec, specPath, folder) : Use(spec, weights))}";
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
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{name}: test accuracy {result.Final.Accuracy * 100:0.0} %, test loss {ProgressText.Loss(result.Final.Loss)}{hits}; {Epochs(result)}, {result.Seconds:0.0} s");
    }

    /// <summary>Separate training has two kinds of epochs, and <c>--epochs</c> counts those of the experts.</summary>
    private static string Epochs(TrainingResult result)
    {
        int routers = result.History.Count(epoch => epoch.Phase == TrainingPhase.Routers);
        string Count(int epochs) => string.Create(CultureInfo.InvariantCulture, $"{epochs} {(epochs == 1 ? "epoch" : "epochs")}");
        return routers == 0 ? Count(result.History.Count) : $"{Count(routers)} of routers, {Count(result.History.Count - routers)} of experts";
    }

    /// <summary>What one does with the weights of such data: a network of made-up samples is looked at, one of the user's own is asked.</summary>
    private static string Use(PatchMoESpec spec, string weights) => spec.Data switch
    {
        TextDataSpec => $"pmoe route {weights} --input letter.txt",
        FolderDataSpec => $"pmoe predict {weights} --input picture.png",
        CsvDataSpec => $"pmoe predict {weights} --input rows.csv",
        ArraysDataSpec => $"pmoe predict {weights} --input samples.npy",
        _ when spec.Model.RouteShape().Count > 0 && spec.Model.Backbone is null => $"pmoe route {weights} --out routes.svg",
        _ => $"pmoe export {weights} --onnx {spec.Name}.onnx",
    };
}
