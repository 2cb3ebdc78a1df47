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

    /// <summary>{0} the number of layers.</summary>
    public static readonly DiagnosticRule ImageHasOneLevel = new(
        "PMOE032", DiagnosticLevel.Error, "Image input with several layers",
        "An image has a single level of patches, but there are {0} layers.",
        "Use one layer, or a 'vectors' input with 'groups'.");

    /// <summary>{0} the field, {1} the layer's routing.</summary>
    public static readonly DiagnosticRule FieldOfOtherRouting = new(
        "PMOE033", DiagnosticLevel.Error, "Field of another routing",
        "The field '{0}' belongs to the routing 'expertChoice', but this layer's routing is '{1}'.",
        "Remove it, or use the routing 'expertChoice'.");

    /// <summary>{0} the routing.</summary>
    public static readonly DiagnosticRule RoutingPlanned = new(
        "PMOE034", DiagnosticLevel.Error, "Routing not supported yet",
        "The routing '{0}' is planned, but this version does not support it.",
        "Use 'expertChoice', 'dense' or 'sample'.");

    /// <summary>{0} the number of levels, {1} the maximum.</summary>
    public static readonly DiagnosticRule TooManyLevels = new(
        "PMOE035", DiagnosticLevel.Error, "Too many levels",
        "The groups make {0} levels; the limit is {1}.",
        "Use fewer entries in 'groups'.");
}
