namespace PatchMoE;

internal static partial class DiagnosticRules
{
    /// <summary>{0} the input's kind.</summary>
    public static readonly DiagnosticRule BackboneNeedsImage = new(
        "PMOE080", DiagnosticLevel.Error, "A backbone needs an image",
        "A backbone convolves an image, but the input is of kind '{0}'.",
        "Use an input of kind 'image', or remove the backbone.");

    /// <summary>{0} the field.</summary>
    public static readonly DiagnosticRule PatchesAreOfTheMap = new(
        "PMOE081", DiagnosticLevel.Error, "Image patches with a backbone",
        "With a backbone, patches are cut from its map rather than from the image, so the field '{0}' does not belong here.",
        "Move it to 'model.backbone', in pixels of the map.");

    /// <summary>{0} the field.</summary>
    public static readonly DiagnosticRule FieldNeedsLayer = new(
        "PMOE082", DiagnosticLevel.Error, "Field of a pMoE layer without a layer",
        "The field '{0}' describes a pMoE layer on the backbone's map, but the model has no layer.",
        "Remove it, or add a layer to 'model.layers'.");

    /// <summary>{0} the patch's size, {1} the map's size, {2} "height" or "width", {3} the map, {4} the image.</summary>
    public static readonly DiagnosticRule PatchLargerThanMap = new(
        "PMOE083", DiagnosticLevel.Error, "Patch larger than the map",
        "The patch {2} of {0} exceeds the map {2} of {1}: the backbone turns an image of {4} into a map of {3}.",
        "Use a patch {2} of 1 to {1}, a larger image, or fewer widths.");

    /// <summary>{0} the rows or columns, {1} the map.</summary>
    public static readonly DiagnosticRule MapLeftOver = new(
        "PMOE084", DiagnosticLevel.Warning, "The edge of the map is in no patch",
        "No patch covers the last {0} of the {1} map.",
        "Change the patch or the stride.");

    /// <summary>No arguments.</summary>
    public static readonly DiagnosticRule BackboneNeedsLinearHead = new(
        "PMOE085", DiagnosticLevel.Error, "A backbone with a fixed head",
        "A backbone is trained together with its head, but this head is fixed.",
        "Use a head of kind 'linear'.");

    /// <summary>No arguments.</summary>
    public static readonly DiagnosticRule SeparateWithBackbone = new(
        "PMOE086", DiagnosticLevel.Error, "Separate training with a backbone",
        "The method 'separate' trains routers on fixed patches, but a backbone's patches change as it learns.",
        "Use the method 'joint'.");
}
