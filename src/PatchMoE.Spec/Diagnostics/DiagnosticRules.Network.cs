namespace PatchMoE;

internal static partial class DiagnosticRules
{
    /// <summary>{0} the number of experts in the top layer.</summary>
    public static readonly DiagnosticRule SignNeedsTwoExperts = new(
        "PMOE020", DiagnosticLevel.Error, "A sign head needs two experts",
        "The head weights 'sign' are +1 for expert 0 and -1 for expert 1, but the number of experts in the top layer is {0}.",
        "Use 2 experts in that layer, or the weights 'gaussian'.");

    /// <summary>{0} the number of outputs.</summary>
    public static readonly DiagnosticRule SoftmaxNeedsSeveralOutputs = new(
        "PMOE021", DiagnosticLevel.Error, "Softmax over a single logit",
        "The loss 'softmaxCrossEntropy' needs at least 2 outputs, but the head has {0}.",
        "Use the loss 'logistic', or a linear head with one output per class.");

    /// <summary>{0} the number of outputs.</summary>
    public static readonly DiagnosticRule LogisticNeedsOneOutput = new(
        "PMOE022", DiagnosticLevel.Error, "Logistic loss over several logits",
        "The loss 'logistic' takes 1 output, but the head has {0}.",
        "Use the loss 'softmaxCrossEntropy', or 1 output.");

    /// <summary>{0} the number of outputs.</summary>
    public static readonly DiagnosticRule FixedHeadHasOneOutput = new(
        "PMOE023", DiagnosticLevel.Error, "Fixed head with several outputs",
        "A fixed head has 1 output, not {0}.",
        "Use 1, or a linear head.");

    /// <summary>{0} the field, {1} the kind it belongs to, {2} the head's kind.</summary>
    public static readonly DiagnosticRule FieldOfOtherHead = new(
        "PMOE024", DiagnosticLevel.Error, "Field of another kind of head",
        "The field '{0}' belongs to a {1} head, but this head is {2}.",
        "Remove it, or use the kind '{1}'.");

    /// <summary>{0} the number of layers, {1} the number of levels, {2} where that comes from, {3} the field that says it.</summary>
    public static readonly DiagnosticRule LayersDoNotMatchGroups = new(
        "PMOE030", DiagnosticLevel.Error, "Layers do not match the groups",
        "The number of layers is {0}, but it must be {1}, {2}.",
        "Write one layer per level, or change '{3}'.");

    /// <summary>No arguments.</summary>
    public static readonly DiagnosticRule NoLayers = new(
        "PMOE031", DiagnosticLevel.Error, "No layers",
        "A network needs at least one layer.",
        "Add one, for example an 'expertChoice' layer.");

    /// <summary>{0} the layer that pools, {1} the layer above it.</summary>
    public static readonly DiagnosticRule NoMapBelow = new(
        "PMOE032", DiagnosticLevel.Error, "No map for the next layer",
        "Layer {0} pools its patches into one vector, so there is nothing for layer {1} to cut.",
        "Give layer {0} the output 'map', remove layer {1}, or use a 'vectors' input with 'groups'.");

    /// <summary>{0} the field, {1} the layer's routing, {2} the routings that the field belongs to.</summary>
    public static readonly DiagnosticRule FieldOfOtherRouting = new(
        "PMOE033", DiagnosticLevel.Error, "Field of another routing",
        "The field '{0}' belongs to the routing {2}, but this layer's routing is '{1}'.",
        "Remove it, or use the routing {2}.");

    /// <summary>{0} t, {1} k.</summary>
    public static readonly DiagnosticRule TooManyExpertsPerPatch = new(
        "PMOE034", DiagnosticLevel.Error, "More experts per patch than experts",
        "A patch cannot take {0} experts: there are only {1}.",
        "Use 1 to {1}.");

    /// <summary>{0} the number of levels, {1} the maximum.</summary>
    public static readonly DiagnosticRule TooManyLevels = new(
        "PMOE035", DiagnosticLevel.Error, "Too many levels",
        "The groups make {0} levels; the limit is {1}.",
        "Use fewer entries in 'groups'.");

    /// <summary>{0} what it does not go with.</summary>
    public static readonly DiagnosticRule MapNotPossible = new(
        "PMOE036", DiagnosticLevel.Error, "Map where there can be none",
        "The output 'map' does not go with {0}.",
        "Use the output 'pooled'.");

    /// <summary>{0} the window's size, {1} the map's size, {2} "height", "width" or "length".</summary>
    public static readonly DiagnosticRule WindowLargerThanMap = new(
        "PMOE037", DiagnosticLevel.Error, "Window larger than the map",
        "The window {2} of {0} exceeds the {2} of {1} of the map below.",
        "Use a window {2} of 1 to {1}.");

    /// <summary>{0} the window's size, {1} "height", "width" or "length".</summary>
    public static readonly DiagnosticRule EvenWindow = new(
        "PMOE038", DiagnosticLevel.Error, "Even window with padding",
        "The padding 'same' puts a window around each position, so its {1} is odd, not {0}.",
        "Use an odd {1}, or the padding 'valid'.");

    /// <summary>{0} the field, {1} why there is no map.</summary>
    public static readonly DiagnosticRule WindowWithoutMap = new(
        "PMOE039", DiagnosticLevel.Error, "Window without a map",
        "The field '{0}' cuts the map of the layer below, but {1}.",
        "Remove it.");
}
