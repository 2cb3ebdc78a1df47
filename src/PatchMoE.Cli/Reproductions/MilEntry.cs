namespace PatchMoE.Cli.Reproductions;

/// <summary>What a method reached with a number of training bags of a size.</summary>
/// <param name="Network">See <see cref="MilTrial"/>.</param>
/// <param name="Method">See <see cref="MilTrial"/>.</param>
/// <param name="Bags">See <see cref="MilTrial"/>.</param>
/// <param name="Auc">The area under the ROC curve.</param>
/// <param name="Accuracy">The test accuracy.</param>
/// <param name="Picked">The share of positive bags of which a positive digit is picked.</param>
/// <param name="SecondsPerEpoch">The duration of an epoch.</param>
/// <param name="Weights">The number of weights.</param>
internal sealed record MilEntry(
    string Network, string Method, int Bags, SeedValues Auc, SeedValues Accuracy, SeedValues Picked, SeedValues SecondsPerEpoch, int Weights);
