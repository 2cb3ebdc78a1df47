namespace PatchMoE.Cli.Bags;

/// <summary>How well a network learned to tell bags apart.</summary>
/// <param name="Auc">The area under the ROC curve over the test bags.</param>
/// <param name="Accuracy">The share of test bags that are classified correctly.</param>
/// <param name="Picked">The share of positive test bags of which the patch that the network picks is a positive digit.</param>
/// <param name="SecondsPerEpoch">The median duration of an epoch's updates, on one thread.</param>
/// <param name="Weights">The number of trained weights.</param>
internal sealed record BagResult(double Auc, double Accuracy, double Picked, double SecondsPerEpoch, int Weights);
