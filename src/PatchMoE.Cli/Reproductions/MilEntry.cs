namespace PatchMoE.Cli.Reproductions;

/// <summary>What a method reached with a number of training bags of a size.</summary>
/// <param name="Network">See <see cref="MilTrial"/>.</param>
/// <param name="Method">See <see cref="MilTrial"/>.</param>
/// <param name="Bags">See <see cref="MilTrial"/>.</param>
/// <param name="Aucs">The area under the ROC curve for each finished seed.</param>
/// <param name="Accuracies">The test accuracy for each finished seed.</param>
/// <param name="Picked">The share of positive bags of which a positive digit is picked, for each finished seed.</param>
/// <param name="SecondsPerEpoch">The median over the seeds of the duration of an epoch.</param>
/// <param name="Weights">The number of weights.</param>
internal sealed record MilEntry(
    string Network, string Method, int Bags, IReadOnlyList<double> Aucs, IReadOnlyList<double> Accuracies, IReadOnlyList<double> Picked, double SecondsPerEpoch, int Weights);
