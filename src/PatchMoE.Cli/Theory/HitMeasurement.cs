using PatchMoE.Training.Engines;
using PatchMoE.Training.Evaluation;

namespace PatchMoE.Cli.Theory;

/// <summary>The hit rates of trained routers, for every l.</summary>
/// <param name="Curve">Rates and l*.</param>
/// <param name="PositiveRates">The rate of each point of the curve for the positive class; null if it has no test samples.</param>
/// <param name="NegativeRates">The same for the negative class.</param>
/// <param name="Accuracies">The test accuracy of each network, with the l it was trained with; those of a seed are adjacent.</param>
/// <param name="Retrained">Whether each l has networks of its own.</param>
internal sealed record HitMeasurement(
    HitCurve Curve, IReadOnlyList<double?> PositiveRates, IReadOnlyList<double?> NegativeRates, IReadOnlyList<double> Accuracies, bool Retrained)
{
    /// <summary>Trains the networks and measures them; each seed has data of its own.</summary>
    /// <param name="job">The job; its data have known discriminative patches.</param>
    /// <param name="retrain">Whether each l gets networks of its own.</param>
    /// <param name="alpha">α.</param>
    public static HitMeasurement Run(TheoryJob job, bool retrain, double alpha)
    {
        IReadOnlyList<int> patches = job.Patches;
        int[] trained = retrain ? [.. patches] : [job.OwnPatches];
        NetworkTask[] tasks = [.. from seed in job.SeedValues from l in trained select new NetworkTask(job.Spec.Taking(l), seed)];
        var samples = new SeedSamples(job, trained.Length);
        (HitRanks Ranks, double Accuracy)[] results = new NetworkTrainings(job, samples).Run(tasks, network => (Ranks(job, network), network.Accuracy));

        HitRanks[] Of(int i) => [.. Enumerable.Range(0, job.Seeds).Select(seed => results[(seed * trained.Length) + (retrain ? i : 0)].Ranks)];
        HitRanks[][] networks = [.. patches.Select((_, i) => Of(i))];
        double?[] OfClass(bool positive) => [.. patches.Select((l, i) => networks[i].Average(ranks => ranks.HitRate(l, positive)))];
        HitCurve curve = HitCurve.Of(patches, networks, alpha, (ulong)job.Spec.Training!.Seed);
        return new HitMeasurement(curve, OfClass(true), OfClass(false), [.. results.Select(result => result.Accuracy)], retrain);
    }

    /// <summary>The hit rate of routers with random weights: l/n in one expert, or in any of k that choose independently.</summary>
    /// <param name="job">The job.</param>
    /// <param name="patches">l.</param>
    public static double Chance(TheoryJob job, int patches)
    {
        int experts = job.Spec.Model.Layers[0].Experts;
        return 1 - Math.Pow(1 - ((double)patches / job.AllPatches), experts == 2 ? 1 : experts);
    }

    private static HitRanks Ranks(TheoryJob job, TrainedNetwork network)
    {
        using CpuEngine engine = network.EngineTaking(job.AllPatches);
        return HitRanks.Measure(engine, network.Data.Test, job.Context.Cancellation);
    }
}
