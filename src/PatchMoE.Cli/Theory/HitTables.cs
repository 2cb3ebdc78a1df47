using System.Globalization;
using PatchMoE.Cli.Outputs;
using PatchMoE.Training.Evaluation;

namespace PatchMoE.Cli.Theory;

/// <summary>Hit rates and l* as text.</summary>
internal static class HitTables
{
    public static string[] Titles { get; } = ["l", "hit rate", "95 % interval", "y = +1", "y = −1", "by chance"];

    /// <summary>A row for each l, up to the first at which every draw of the bootstrap hits every sample.</summary>
    public static IEnumerable<string[]> Rows(TheoryJob job, HitMeasurement hits)
    {
        for (int i = 0; i < hits.Curve.Points.Count; i++)
        {
            HitPoint point = hits.Curve.Points[i];
            yield return
            [
                point.PatchesPerExpert.ToString(CultureInfo.InvariantCulture),
                Number.Share(point.Rate),
                $"{Number.Share(point.Low)} to {Number.Share(point.High)}",
                hits.PositiveRates[i] is { } positive ? Number.Share(positive) : "",
                hits.NegativeRates[i] is { } negative ? Number.Share(negative) : "",
                Number.Share(HitMeasurement.Chance(job, point.PatchesPerExpert)),
            ];
            if (point.Low >= 1)
            {
                yield break;
            }
        }
    }

    /// <summary>l*, its interval, and what they mean for this spec; a sentence each.</summary>
    public static IEnumerable<string> Sentences(TheoryJob job, HitMeasurement hits)
    {
        HitThreshold threshold = hits.Curve.Threshold;
        string reach = $"1 − α = {Number.Short(1 - threshold.Alpha)}";
        if (threshold.PatchesPerExpert is not { } least)
        {
            yield return $"l* is above {job.Patches[^1]}: no l measured has a hit rate of {reach}.";
        }
        else
        {
            yield return $"l* = {least}: the smallest l whose hit rate reaches {reach}; 95 % interval {Interval(threshold, job.Patches[^1])}, a bootstrap over {(hits.Curve.Networks > 1 ? "networks and test samples" : "test samples; more networks (--seeds) tell how much trainings differ")}.";
            string missed = hits.Curve.Points.FirstOrDefault(point => point.PatchesPerExpert == job.OwnPatches) is { } own
                ? string.Create(CultureInfo.InvariantCulture, $": the expert does not get the discriminative patch of {(1 - own.Rate) * 100:0.0} % of the test samples")
                : "";
            yield return job.OwnPatches >= least ? $"This spec's l = {job.OwnPatches} is not below l*." : $"This spec's l = {job.OwnPatches} is below l*{missed}.";
        }

        if (hits.Retrained)
        {
            yield return "Each l was measured in networks trained with it.";
        }
        else if (job.Spec.Training!.Method == TrainingMethod.Separate)
        {
            yield return "Routers that are trained separately do not depend on l: one training serves every l.";
        }
        else
        {
            yield return $"The routers were trained with l = {job.OwnPatches}, and l* is that of these routers; --retrain trains networks for each l.";
        }

        if (job.Spec.Model.Layers[0].Experts != 2)
        {
            yield return "A hit is in any expert, so that chance is higher than in one; with k = 2 it is in the expert of the sample's class.";
        }
    }

    public static void Write(TheoryJob job, HitMeasurement hits)
    {
        job.Context.Error.WriteLine(Heading(job));
        var table = new TextTable(Titles);
        foreach (string[] row in Rows(job, hits))
        {
            table.Add(row);
        }

        table.Write(job.Context);
        foreach (string sentence in Sentences(job, hits))
        {
            job.Context.Error.WriteLine($"* {sentence}");
        }
    }

    public static string Heading(TheoryJob job) =>
        $"Hit rate: the share of test samples whose discriminative patch is among its expert's l ({job.Networks}; {job.Data.Train.Count} training and {job.Data.Test.Count} test samples each)";

    /// <summary><c>2 to 4</c>, or <c>3 alone</c>.</summary>
    public static string Interval(HitThreshold threshold, int most)
    {
        string high = threshold.High is { } value ? $"{value}" : $"above {most}";
        return threshold.Low == threshold.High ? $"{threshold.Low} alone" : $"{threshold.Low} to {high}";
    }
}
