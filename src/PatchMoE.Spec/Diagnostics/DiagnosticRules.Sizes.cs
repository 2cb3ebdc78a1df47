namespace PatchMoE;

internal static partial class DiagnosticRules
{
    /// <summary>{0} the value, {1} the range, {2} an example.</summary>
    public static readonly DiagnosticRule OutOfRange = new(
        "PMOE010", DiagnosticLevel.Error, "Value out of range",
        "{0} is out of range; the field takes {1}.",
        "Use a value in this range, for example {2}.");

    /// <summary>{0} l, {1} n.</summary>
    public static readonly DiagnosticRule TooManyPatchesPerExpert = new(
        "PMOE011", DiagnosticLevel.Error, "More patches per expert than patches",
        "An expert cannot take {0} patches: there are only {1}.",
        "Use 1 to {1}.");

    /// <summary>{0} the patch's size, {1} the image's size, {2} "height" or "width".</summary>
    public static readonly DiagnosticRule PatchLargerThanImage = new(
        "PMOE012", DiagnosticLevel.Error, "Patch larger than the image",
        "The patch {2} of {0} pixels exceeds the image {2} of {1}.",
        "Use a patch {2} of 1 to {1}.");

    /// <summary>{0} the number of rows or columns, {1} the size without them, {2} "height" or "width".</summary>
    public static readonly DiagnosticRule PixelsLeftOver = new(
        "PMOE013", DiagnosticLevel.Warning, "Pixels at the edge are in no patch",
        "No patch covers the last {0} of the image.",
        "Crop the image to a {2} of {1}, or change the patch or the stride.");

    /// <summary>{0} what is too large, {1} its number of values, {2} the largest allowed, {3} what to make smaller.</summary>
    public static readonly DiagnosticRule TooLarge = new(
        "PMOE014", DiagnosticLevel.Error, "Network too large",
        "{0} would hold {1} values; the limit is {2}.",
        "Use {3}.");

    /// <summary>{0} n.</summary>
    public static readonly DiagnosticRule EveryPatchChosen = new(
        "PMOE015", DiagnosticLevel.Info, "The router has nothing to choose",
        "Each expert takes all {0} patches, so the router has nothing to choose.",
        "Use fewer patches per expert, or the routing 'dense'.");

    /// <summary>{0} the stride, {1} the patch's size, {2} the pixels between, {3} "height" or "width".</summary>
    public static readonly DiagnosticRule PixelsBetweenPatches = new(
        "PMOE016", DiagnosticLevel.Warning, "Pixels between patches are in no patch",
        "The stride of {0} exceeds the patch {3} of {1}, so no patch covers the {2} between two patches.",
        "Use a stride of 1 to {1}.");
}
