using PatchMoE.Training.Evaluation;

namespace PatchMoE.Training;

/// <summary>One of several trainings that differ only in the seed of their initial weights and shuffling.</summary>
/// <param name="Seed">The seed.</param>
/// <param name="Epochs">Its finished epochs.</param>
/// <param name="Validation">Its evaluation on the held-out samples, which are the same for all seeds.</param>
/// <param name="Test">Its evaluation on the test data, which nothing is chosen by.</param>
public sealed record SeedResult(ulong Seed, int Epochs, EvaluationResult Validation, EvaluationResult Test)
{
    /// <summary>The seed with the lowest validation loss; of several, the first.</summary>
    /// <param name="seeds">At least one.</param>
    public static SeedResult Best(IReadOnlyList<SeedResult> seeds) => seeds.MinBy(seed => seed.Validation.Loss)!;

    /// <summary>How much the test accuracies of seeds differ: the lowest, the highest, and the standard deviation (0 of a single one).</summary>
    /// <param name="seeds">At least one.</param>
    public static (double Lowest, double Highest, double Deviation) Spread(IReadOnlyList<SeedResult> seeds)
    {
        double[] accuracies = [.. seeds.Select(seed => seed.Test.Accuracy)];
        double mean = accuracies.Average();
        double squares = accuracies.Sum(accuracy => (accuracy - mean) * (accuracy - mean));
        return (accuracies.Min(), accuracies.Max(), accuracies.Length == 1 ? 0 : Math.Sqrt(squares / (accuracies.Length - 1)));
    }
}
