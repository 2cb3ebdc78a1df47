using System.Globalization;
using PatchMoE.Cli.Outputs;

namespace PatchMoE.Cli.Theory;

/// <summary>Accuracy and gate mass against l, and the recommendation, as text.</summary>
internal static class AccuracyTables
{
    public static string[] Titles(AccuracyMeasurement measured) =>
        measured.HeldOut ? ["l", "gate mass", "held-out accuracy", "test accuracy", "forward FLOPs", "training FLOPs"] : ["l", "gate mass", "test accuracy", "forward FLOPs", "training FLOPs"];

    /// <summary>A row for each l; FLOPs are multiples of this spec's.</summary>
    public static IEnumerable<string[]> Rows(TheoryJob job, AccuracyMeasurement measured)
    {
        NetworkCost own = NetworkCost.Of(job.Spec.Model);
        foreach (AccuracyPoint point in measured.Points)
        {
            string[] accuracies = measured.HeldOut ? [Number.Share(point.Accuracy), Number.Share(point.TestAccuracy)] : [Number.Share(point.TestAccuracy)];
            yield return
            [
                point.PatchesPerExpert.ToString(CultureInfo.InvariantCulture),
                Number.Share(point.GateMass),
                .. accuracies,
                Number.Times((double)point.ForwardFlops / own.ForwardFlops),
                Number.Times((double)point.TrainingFlops / (own.ForwardFlops + own.BackwardFlops)),
            ];
        }
    }

    public static string Heading(TheoryJob job, AccuracyMeasurement measured) =>
        $"Routed again with other l, not trained again ({job.Networks}, trained with l = {job.OwnPatches}; {measured.Samples} {(measured.HeldOut ? "held-out" : "test")} samples): gate mass is the share of the softmax over all {job.AllPatches} patches that the l patches hold";

    /// <summary>The practical l* and what follows; a sentence each.</summary>
    public static IEnumerable<string> Sentences(TheoryJob job, AccuracyMeasurement measured)
    {
        (AccuracyPoint best, AccuracyPoint practical) = (measured.Best, measured.Practical);
        yield return $"Practical l* = {practical.PatchesPerExpert}: the smallest l whose accuracy, {Number.Share(practical.Accuracy)}, is within one standard error ({Number.Share(measured.StandardError)}) of the best, {Number.Share(best.Accuracy)} with l = {best.PatchesPerExpert}.";
        yield return Recommendation(job, practical);
        if (!measured.HeldOut)
        {
            yield return "No samples were held out, so l is chosen by the test samples, whose accuracy is then no longer a fair estimate. Train with training.validation, or leave --weights out.";
        }
    }

    public static void Write(TheoryJob job, AccuracyMeasurement measured)
    {
        job.Context.Error.WriteLine(Heading(job, measured));
        var table = new TextTable(Titles(measured));
        foreach (string[] row in Rows(job, measured))
        {
            table.Add(row);
        }

        table.Write(job.Context);
        foreach (string sentence in Sentences(job, measured))
        {
            job.Context.Error.WriteLine($"* {sentence}");
        }
    }

    private static string Recommendation(TheoryJob job, AccuracyPoint practical)
    {
        NetworkCost own = NetworkCost.Of(job.Spec.Model);
        double forward = 1 - ((double)practical.ForwardFlops / own.ForwardFlops);
        double training = 1 - ((double)practical.TrainingFlops / (own.ForwardFlops + own.BackwardFlops));
        string field = $"model.layers[0].patchesPerExpert: {practical.PatchesPerExpert}";
        string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{Math.Abs(share) * 100:0} %");
        return practical.PatchesPerExpert.CompareTo(job.OwnPatches) switch
        {
            0 => $"Recommendation: keep {field}.",
            < 0 => $"Recommendation: {field} in place of {job.OwnPatches} saves {Percent(forward)} of the forward and {Percent(training)} of the training FLOPs. Train with it and compare before you rely on it.",
            _ => $"Recommendation: {field} in place of {job.OwnPatches}; it costs {Percent(forward)} more forward and {Percent(training)} more training FLOPs. Train with it and compare before you rely on it.",
        };
    }
}
