namespace PatchMoE.Training.Data;

/// <summary>Training data in two parts: the samples that are trained on, and those held out to choose by.</summary>
/// <param name="Trained">Indices of the samples that are trained on, ascending.</param>
/// <param name="HeldOut">Indices of the others, ascending.</param>
internal sealed record HeldOutSamples(int[] Trained, int[] HeldOut)
{
    /// <summary>
    /// Holds out a share of each class, so that both parts have the classes in the same proportions: rounded, but at least one sample of a class and never all.
    /// The choice depends on the labels and the seed alone.
    /// </summary>
    /// <param name="labels">[N].</param>
    /// <param name="share">0 ≤ share &lt; 1; 0 holds out none.</param>
    /// <param name="seed">The seed.</param>
    /// <exception cref="BadInputException">No class has two samples, so none can be held out.</exception>
    public static HeldOutSamples Split(ReadOnlySpan<int> labels, double share, ulong seed)
    {
        if (share <= 0)
        {
            return new HeldOutSamples([.. Enumerable.Range(0, labels.Length)], []);
        }

        (int[] trained, int[] heldOut) = StratifiedSplit.Of(labels.ToArray(), share, seed, "validation", least: 1);
        return heldOut.Length > 0
            ? new HeldOutSamples(trained, heldOut)
            : throw new BadInputException("training.validation: no class has two training samples, so none can be held out. Add samples, or remove 'validation' and what chooses by it.");
    }
}
