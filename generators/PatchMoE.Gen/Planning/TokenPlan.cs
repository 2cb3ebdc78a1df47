namespace PatchMoE.Gen.Planning;

/// <summary>What a token-choice layer has that others do not. A pair is a patch with one of the experts it chose; an instance has n·t of them.</summary>
/// <param name="Choice">The layer's choice as the spec has it.</param>
/// <param name="Pairs">n·t.</param>
/// <param name="Capacity">The most patches that an expert takes of n; n where there is no limit.</param>
/// <param name="HasSoftmax">Whether the softmax over all experts is needed: for the gate, or for an auxiliary loss.</param>
/// <param name="HasDenseScores">
/// Whether the loss has a gradient by all scores [k, n]: through the softmax over all experts, or since a dropped choice still counts in the gate of the others. Else only the pairs
/// that experts take have one, and the router's rows pass with the neurons'.
/// </param>
/// <param name="Auxiliary">Where the totals of its auxiliary losses, and behind them their factors, lie among those of all layers, in doubles; −1 without.</param>
internal sealed record TokenPlan(
    TokenChoiceSpec Choice, int Pairs, int Capacity, bool HasSoftmax, bool HasDenseScores, int Auxiliary)
{
    /// <summary>t.</summary>
    public int PerPatch => Choice.ExpertsPerPatch;

    public bool HasCapacity => Capacity < Pairs / PerPatch;

    /// <summary>Whether patches come to the experts in the order of their probabilities.</summary>
    public bool ByScore => HasCapacity && Choice.Priority == Priority.Score;

    public bool HasAuxiliary => Choice.HasAuxiliaryLoss;

    public bool HasZLoss => Choice.ZLoss > 0;

    /// <summary>Behind Σ_j p [k] and the choices [k]: Σ_j lse² and the number of patches.</summary>
    public static int TotalsOf(int experts) => (2 * experts) + 2;

    /// <summary>Doubles of a layer's totals and factors: [k] of the balance loss and that of the z-loss.</summary>
    public static int AuxiliaryLength(int experts) => TotalsOf(experts) + experts + 1;

    /// <summary>Plans what depends on the sizes alone.</summary>
    /// <param name="layer">A token-choice layer.</param>
    /// <param name="shape">Its sizes.</param>
    /// <param name="auxiliary">Where its totals lie, if it has any.</param>
    public static TokenPlan Of(LayerSpec layer, LayerShape shape, int auxiliary)
    {
        TokenChoiceSpec choice = layer.Choice!;
        int pairs = shape.Patches * choice.ExpertsPerPatch;
        bool softmax = layer.Gate == Gate.SoftmaxAll || choice.HasAuxiliaryLoss;
        bool drops = shape.PatchesPerExpert < shape.Patches;
        return new TokenPlan(
            choice,
            pairs,
            shape.PatchesPerExpert,
            softmax,
            softmax || (layer.Gate == Gate.SoftmaxSelected && drops),
            choice.HasAuxiliaryLoss ? auxiliary : -1);
    }
}

/// <summary>The scratch of a token-choice instance beside that of every layer: offsets from the block's beginning; −1 where a network has no such array.</summary>
/// <param name="Best">The scores of the best experts so far, of a vector of patches, [t, 16].</param>
/// <param name="Priorities">By what patches come first, [n].</param>
/// <param name="LogSums">log Σ_s exp(g_sj) of the z-loss, [n].</param>
/// <param name="Sums">What the instance adds to the totals of the auxiliary losses, in doubles.</param>
/// <param name="Starts">Integers: where the pairs of each expert begin, [k + 1].</param>
/// <param name="Choices">Integers: the experts of each patch, best first, [t, n].</param>
/// <param name="Places">Integers: where the pair of each choice is, [t, n].</param>
/// <param name="Counted">Integers: what each expert took so far, [k].</param>
/// <param name="Order">Integers: the patches by priority, [n].</param>
internal sealed record TokenBlock(int Best, int Priorities, int LogSums, int Sums, int Starts, int Choices, int Places, int Counted, int Order)
{
    public static readonly TokenBlock None = new(-1, -1, -1, -1, -1, -1, -1, -1, -1);
}
