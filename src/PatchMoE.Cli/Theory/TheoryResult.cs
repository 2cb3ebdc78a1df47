using PatchMoE.Cli.Outputs;

namespace PatchMoE.Cli.Theory;

/// <summary>All that <c>pmoe theory</c> found.</summary>
/// <param name="Spec">The spec as measured.</param>
/// <param name="Scope">What of the theory applies.</param>
/// <param name="Job">What was measured; null if nothing was.</param>
/// <param name="Hits">On data with known discriminative patches.</param>
/// <param name="Accuracies">On other data.</param>
internal sealed record TheoryResult(PatchMoESpec Spec, TheoryScope Scope, TheoryJob? Job = null, HitMeasurement? Hits = null, AccuracyMeasurement? Accuracies = null)
{
    /// <summary>One JSON line.</summary>
    /// <param name="report">The path of the report; null for none.</param>
    public string ToJson(string? report)
    {
        TheorySizes? sizes = Scope.HasOrders ? TheorySizes.Of(Spec) : null;
        return JsonLine.Of(new
        {
            Spec.Name,
            Method = SpecWords.Of(Spec.Training!.Method),
            Sizes = sizes,
            Departures = Scope.Departures,
            Orders = sizes is null ? null : PaperOrders.Of(sizes).Select(OrderOf),
            Regimes = sizes is null || !Scope.ChoosesPatches ? null : RegimesOf(new Regimes(sizes)),
            HitRates = Hits is null ? null : HitRates(Job!, Hits),
            Threshold = Hits?.Curve.Threshold,
            Retrained = Hits?.Retrained,
            Rerouted = Accuracies?.Points,
            Practical = Accuracies is null ? null : Recommended(Accuracies),
            Seeds = Job is { Weights: null } ? Job.SeedValues : null,
            TestAccuracies = Hits?.Accuracies,
            Report = report,
        });
    }

    private object OrderOf(OrderRow row) => Scope.ChoosesPatches
        ? new { row.Key, row.Epsilon, row.Cnn, row.Separate, row.Joint, row.SeparateRatio, row.JointRatio }
        : new { row.Key, row.Epsilon, row.Cnn };

    private static object RegimesOf(Regimes regimes) => new
    {
        regimes.JointBelowSeparate,
        regimes.JointBelowCnn,
        regimes.SeparateBelowCnn,
        MostPatchesForJointBelowCnn = regimes.MostPatches(),
    };

    private static IEnumerable<object> HitRates(TheoryJob job, HitMeasurement hits) => hits.Curve.Points.Select((point, i) => new
    {
        point.PatchesPerExpert,
        point.Rate,
        point.Low,
        point.High,
        Positive = hits.PositiveRates[i],
        Negative = hits.NegativeRates[i],
        Chance = HitMeasurement.Chance(job, point.PatchesPerExpert),
    });

    private static object Recommended(AccuracyMeasurement measured) => new
    {
        measured.Practical.PatchesPerExpert,
        measured.Practical.Accuracy,
        measured.Practical.TestAccuracy,
        BestPatchesPerExpert = measured.Best.PatchesPerExpert,
        BestAccuracy = measured.Best.Accuracy,
        measured.StandardError,
        measured.Samples,
        measured.HeldOut,
    };
}
