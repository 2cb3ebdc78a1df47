namespace PatchMoE;

public static partial class DiagnosticRules
{
    /// <summary>{0} the input's kind.</summary>
    public static readonly DiagnosticRule BackboneNeedsImage = new(
        "PMOE080", DiagnosticLevel.Error, "A backbone needs an image",
        "A backbone is convolutions over an image, but the input is of kind '{0}'.",
        "Use an input of kind 'image', or remove the backbone.");

    /// <summary>{0} the field.</summary>
    public static readonly DiagnosticRule PatchesAreOfTheMap = new(
        "PMOE081", DiagnosticLevel.Error, "Patches of the image in front of a backbone",
        "With a backbone the patches are cut from its map, not from the image, so the field '{0}' does not belong here.",
        "Move it to 'model.backbone', in pixels of the map.");

    /// <summary>{0} the field.</summary>
    public static readonly DiagnosticRule FieldNeedsLayer = new(
        "PMOE082", DiagnosticLevel.Error, "Field of a pMoE layer, and no layer",
        "The field '{0}' is about a pMoE layer on the backbone's map, but the model has no layer.",
        "Remove it, or add a layer to 'model.layers'.");

    /// <summary>{0} the patch's size, {1} the map's size, {2} "height" or "width", {3} the map, {4} the image.</summary>
    public static readonly DiagnosticRule PatchLargerThanMap = new(
        "PMOE083", DiagnosticLevel.Error, "Patch larger than the map",
        "The patch's {2} of {0} is more than the map's {1}: of an image of {4} the backbone makes a map of {3}.",
        "Use a {2} of 1 to {1}, a larger image, or fewer widths.");

    /// <summary>{0} the rows or columns, {1} the map.</summary>
    public static readonly DiagnosticRule MapLeftOver = new(
        "PMOE084", DiagnosticLevel.Warning, "The map's edge lies in no patch",
        "No patch covers the last {0} of the map of {1}.",
        "Change the patch or the stride.");

    /// <summary>No arguments.</summary>
    public static readonly DiagnosticRule BackboneNeedsLinearHead = new(
        "PMOE085", DiagnosticLevel.Error, "A backbone with a fixed head",
        "Behind a backbone stands a classifier that is trained with it, but the head is fixed.",
        "Use a head of kind 'linear'.");

    /// <summary>No arguments.</summary>
    public static readonly DiagnosticRule SeparateWithBackbone = new(
        "PMOE086", DiagnosticLevel.Error, "Separate training behind a backbone",
        "The method 'separate' trains routers on patches that stay as they are, but here they come from a backbone that learns.",
        "Use the method 'joint'.");
}
