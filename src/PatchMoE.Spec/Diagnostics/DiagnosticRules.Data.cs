namespace PatchMoE;

/// <summary>More rules for data, those of single kinds.</summary>
internal static partial class DiagnosticRules
{
    /// <summary>{0} the decoys of each kind, {1} the patches they need, {2} the patches of a sample, {3} the most decoys of each kind.</summary>
    public static readonly DiagnosticRule TooManyDecoys = new(
        "PMOE100", DiagnosticLevel.Error, "More decoys than patches",
        "{0} decoys of each kind and the discriminative patch are {1} patches, but a sample has {2}.",
        "Use 0 to {3} decoys, or more patches.");
}
