namespace PatchMoE;

/// <summary>
/// A spurious correlation in mosaics: each training sample, with the probability <paramref name="Share"/>, shows in one of its irrelevant cells a digit that tells its class. The
/// cells of other training samples, and those of all test samples, are drawn from the irrelevant digits whatever the class.
/// </summary>
/// <param name="Positive">The class of the digit in positive samples, 0…9.</param>
/// <param name="Negative">The class of the digit in negative samples, 0…9; another one.</param>
/// <param name="Share">The share of the training samples that have it, in (0, 1].</param>
public sealed record SpuriousDigitsSpec(int Positive, int Negative, double Share)
{
    /// <summary>The share if a spec does not say: the paper's.</summary>
    public const double DefaultShare = 0.95;
}
