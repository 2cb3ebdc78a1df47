namespace PatchMoE;

/// <content>Signs that a finished training has failed: reported with its result, not with its spec.</content>
internal static partial class DiagnosticRules
{
    /// <summary>{0} the training loss, {1} that of guessing, {2} the test accuracy, {3} that of the most frequent class, {4} the remedy.</summary>
    public static readonly DiagnosticRule FitsButDoesNotGeneralize = new(
        "PMOE090", DiagnosticLevel.Warning, "Training fits, but the test does not",
        "The training loss is {0} (guessing: {1}), so the network fits its training samples, but it is right on {2} of the test samples, and the most frequent class alone on {3}.",
        "Give it more training samples; {4}.");

    /// <summary>{0} the experts, {1} the layer, {2} the samples.</summary>
    public static readonly DiagnosticRule ExpertNeverUsed = new(
        "PMOE091", DiagnosticLevel.Warning, "An expert that is never used",
        "In layer {1}, the output is 0 for each of {2} samples: {0}.",
        "Use fewer experts; with the routing 'sample' or a gate near 0, raise 'training.init.router'; otherwise lower 'training.optimizer.learningRate'.");

    /// <summary>{0} the expert, {1} its share, {2} of what, {3} the number of experts.</summary>
    public static readonly DiagnosticRule OneExpertAlone = new(
        "PMOE092", DiagnosticLevel.Warning, "One expert does everything",
        "Expert {0} of the {3} in layer 0 has {1} of the {2}, so the others are as good as absent.",
        "Use the routing 'expertChoice' with the gate 'softmaxSelected', where every expert takes patches of every sample; with the routing 'tokenChoice', add or raise 'balance'; another seed, or a single expert.");

    /// <summary>{0} the pairs, {1} the lowest share that two of them have in common.</summary>
    public static readonly DiagnosticRule ExpertsTakeTheSame = new(
        "PMOE093", DiagnosticLevel.Warning, "Two experts take the same patches",
        "Of the patches that one of the experts {0} of layer 0 takes, the other takes at least {1}, too.",
        "Use fewer experts: one of the two can go.");

    /// <summary>{0} the epochs, {1} the training loss, {2} that of guessing.</summary>
    public static readonly DiagnosticRule LossDoesNotMove = new(
        "PMOE094", DiagnosticLevel.Warning, "The loss does not move",
        "After {0} the training loss is {1}, and guessing by the shares of the classes alone has {2}.",
        "Train for more epochs, raise 'training.optimizer.learningRate', use the optimizer 'adam', or leave out 'training.init', whose defaults fit the network's size.");
}
