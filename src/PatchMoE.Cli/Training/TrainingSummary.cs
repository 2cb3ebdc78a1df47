using PatchMoE.Cli.Outputs;
using PatchMoE.Training;
using PatchMoE.Training.Runs;

namespace PatchMoE.Cli.Training;

/// <summary>What <c>pmoe train</c> prints at its end: a line of JSON on standard output, the rest on the error stream.</summary>
internal static class TrainingSummary
{
    /// <summary>The result as one JSON object.</summary>
    public static string Json(PatchMoESpec spec, TrainingResult result, RunFolder folder, int processes) => JsonLine.Of(new
    {
        spec.Name,
        TestAccuracy = result.Final.Accuracy,
        TestLoss = result.Final.Loss,
        result.Final.RouterHitRate,
        ValidationAccuracy = result.Validation?.Accuracy,
        ValidationLoss = result.Validation?.Loss,
        TrainSeconds = result.Seconds,
        Epochs = result.History.Count,
        result.BestEpoch,
        StoppedEarly = result.StoppedEarly ? true : (bool?)null,
        spec.Training!.Seed,
        Seeds = result.Seeds.Count == 0 ? null : Seeds(result.Seeds),
        Shares = spec.Training.Shares > 1 ? spec.Training.Shares : (int?)null,
        Processes = processes > 1 ? processes : (int?)null,
        ExchangeSeconds = processes > 1 ? result.ExchangeSeconds : (double?)null,
        result.Interrupted,
        Notices = result.Notices.Select(notice => notice.Rule.Id).ToArray(),
        Folder = folder.FullPath,
        Weights = folder.WeightsPath,
        Report = folder.ReportPath,
    });

    /// <summary>The notices, one per line.</summary>
    public static void WriteNotices(IReadOnlyList<SpecDiagnostic> notices, TextWriter error)
    {
        foreach (SpecDiagnostic notice in notices)
        {
            error.WriteLine($"warning {notice.Rule.Id}: {notice.Message}");
        }
    }

    private static object Seeds(IReadOnlyList<SeedResult> seeds)
    {
        (double lowest, double highest, double deviation) = SeedResult.Spread(seeds);
        return new
        {
            Best = SeedResult.Best(seeds).Seed,
            LowestTestAccuracy = lowest,
            HighestTestAccuracy = highest,
            TestAccuracyDeviation = deviation,
            All = seeds.Select(seed => new
            {
                seed.Seed,
                seed.Epochs,
                ValidationLoss = seed.Validation.Loss,
                ValidationAccuracy = seed.Validation.Accuracy,
                TestLoss = seed.Test.Loss,
                TestAccuracy = seed.Test.Accuracy,
            }).ToArray(),
        };
    }
}
