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

    /// <summary>{0} the attributes, for example "2 attributes make", {1} their classes, {2} the number of classes of the model.</summary>
    public static readonly DiagnosticRule AttributesMakeClasses = new(
        "PMOE103", DiagnosticLevel.Error, "Attributes do not make the model's classes",
        "{0} {1} classes, but the model distinguishes {2}.",
        "Use a head with {1} outputs and the loss 'softmaxCrossEntropy', or other attributes.");

    /// <summary>{0} the attribute.</summary>
    public static readonly DiagnosticRule AttributeTwice = new(
        "PMOE104", DiagnosticLevel.Error, "An attribute named twice",
        "The attribute '{0}' is named twice.",
        "Name each attribute once: the classes and the spurious attributes are of different ones.");

    /// <summary>{0} the attributes, for example "2 attributes make", {1} their classes.</summary>
    public static readonly DiagnosticRule SpuriousNeedsTwoClasses = new(
        "PMOE105", DiagnosticLevel.Error, "Spurious attributes for more than two classes",
        "Spurious attributes are tied to two classes, but {0} {1}.",
        "Use a single attribute for the classes, or leave 'spurious' out.");
}
