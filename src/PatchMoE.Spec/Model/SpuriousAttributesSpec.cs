namespace PatchMoE;

/// <summary>
/// A spurious correlation in CelebA. Only pictures with exactly one of two attributes are samples. Of the training samples of each class, <paramref name="Share"/> have the
/// attribute that is tied to this class, the others that of the other class; of the test samples of each class, one half have either.
/// </summary>
/// <param name="Positive">The attribute that is tied to the class with the label's attribute, for example <c>Black_Hair</c>.</param>
/// <param name="Negative">The attribute that is tied to the other class, for example <c>Blond_Hair</c>; null for the absence of <paramref name="Positive"/>.</param>
/// <param name="Share">The share of the training samples with the attribute of their class, in (0, 1].</param>
public sealed record SpuriousAttributesSpec(string Positive, string? Negative, double Share);
