namespace PatchMoE;

/// <summary>More rules for data, those of single kinds.</summary>
internal static partial class DiagnosticRules
{
    /// <summary>{0} the decoys of each kind, {1} the patches they need, {2} the patches of a sample, {3} the most decoys of each kind.</summary>
    public static readonly DiagnosticRule TooManyDecoys = new(
        "PMOE100", DiagnosticLevel.Error, "More decoys than patches",
        "{0} decoys of each kind and the discriminative patch are {1} patches, but a sample has {2}.",
        "Use 0 to {3} decoys, or more patches.");

    /// <summary>{0} the class, {1} "positive" or "negative".</summary>
    public static readonly DiagnosticRule SpuriousIsClass = new(
        "PMOE101", DiagnosticLevel.Error, "A class digit as the spurious one",
        "{0} is the {1} class, so it decides the class and cannot be spurious.",
        "Use a digit that is neither the positive nor the negative class.");

    /// <summary>No arguments.</summary>
    public static readonly DiagnosticRule NoCellForSpurious = new(
        "PMOE102", DiagnosticLevel.Error, "No cell for the spurious digit",
        "A spurious digit takes an irrelevant cell, but in a 1x1 grid the only cell is that of the class digit.",
        "Use a larger grid, or leave 'spurious' out.");
}
