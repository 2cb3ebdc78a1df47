namespace PatchMoE;

/// <summary>Why a model says what it says of one sample: which patches each expert of layer 0 saw, and how much each of them spoke for the predicted class.</summary>
/// <remarks>
/// What there is depends on the network. <c>expertChoice</c> and <c>tokenChoice</c>: for each expert, the patches it took. <c>dense</c>: every expert with all patches; there is no router, so scores are
/// 0 and gates 1. <c>sample</c>: the one expert that the router chose, with all patches; score and gate are the expert's. Two levels: the experts of layer 0 in each group, and
/// no contributions, since layer 1 combines the groups. Stacks: the experts of layer 0, and no contributions, since the layers above combine its patches; nor where the head sees a map.
/// </remarks>
public sealed record Explanation
{
    /// <summary>The prediction.</summary>
    public required Prediction Prediction { get; init; }

    /// <summary>The experts in order, group by group.</summary>
    public required EquatableArray<ExpertView> Experts { get; init; }

    /// <summary>
    /// The patches that weigh most, taken over all experts: those that contributed most to the predicted class; without contributions, those with the largest sum of gates.
    /// Of equal ones, the earlier first.
    /// </summary>
    /// <param name="count">How many, ≥ 0; all that were taken if there are not so many.</param>
    /// <exception cref="ArgumentOutOfRangeException">count is negative.</exception>
    public IReadOnlyList<ImportantPatch> MostImportant(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        return [.. Experts
            .SelectMany(expert => expert.Patches.Select(patch => (expert.Expert, Patch: patch)))
            .GroupBy(taken => taken.Patch.Place)
            .Select(taken => new ImportantPatch(taken.Key, taken.Sum(one => one.Patch.Weight), taken.Select(one => one.Expert).ToEquatableArray()))
            .OrderByDescending(patch => patch.Importance)
            .ThenBy(patch => patch.Place.Group)
            .ThenBy(patch => patch.Place.Index)
            .Take(count)];
    }
}

/// <summary>The patches that one expert saw.</summary>
/// <param name="Expert">The expert, from 0.</param>
/// <param name="Group">The group of patches, from 0; 0 where there are no groups.</param>
/// <param name="Patches">Its patches, in the order in which it took them: the largest score first.</param>
public sealed record ExpertView(int Expert, int Group, EquatableArray<TakenPatch> Patches);

/// <summary>A patch that an expert saw.</summary>
/// <param name="Place">Where it lies.</param>
/// <param name="Score">The router's score.</param>
/// <param name="Gate">G, by which the expert's activations are multiplied.</param>
/// <param name="Contribution">
/// What it added, through this expert, to the logit of the predicted class, less the mean over the logits of all classes (logistic loss: to the logit, with the sign of the
/// predicted class). The contributions of all patches and experts and the head's bias add up to exactly that. Null with two levels, in stacks and where the head sees a map.
/// </param>
public sealed record TakenPatch(PatchPlace Place, float Score, float Gate, float? Contribution)
{
    internal float Weight => Contribution ?? Gate;
}

/// <summary>A patch and its weight over all experts.</summary>
/// <param name="Place">Where it lies.</param>
/// <param name="Importance">The sum of its contributions to the predicted class; without contributions, of its gates.</param>
/// <param name="Experts">The experts that saw it.</param>
public sealed record ImportantPatch(PatchPlace Place, float Importance, EquatableArray<int> Experts);
