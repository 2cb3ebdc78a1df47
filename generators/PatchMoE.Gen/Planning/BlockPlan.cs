namespace PatchMoE.Gen.Planning;

/// <summary>The scratch of one instance of a layer: offsets from its beginning; −1 where a network has no such array.</summary>
/// <param name="Scores">Router scores: [k, n]; sample: [k].</param>
/// <param name="Probabilities">softmaxAll: [k, n]; sample: [k].</param>
/// <param name="Gates">Gate values of the chosen patches, [k, l]; tokenChoice: of all pairs, [n·t].</param>
/// <param name="GateGradients">The loss's gradient by the gate values, as many.</param>
/// <param name="ScoreGradients">The loss's gradient by the scores: as many, of the chosen; where it reaches all, [k, n]; sample: [k].</param>
/// <param name="PatchSum">sample: Σ_j x_j, [d].</param>
/// <param name="Activations">
/// ReLU outputs of the chosen patches, [k, l, M] (dense and sample: [n, M]; tokenChoice: of the pairs taken), each patch's M in the kernel's step; the backward pass turns them into the loss's gradient by the
/// pre-activations.
/// </param>
/// <param name="Floats">The length of the block.</param>
/// <param name="Integers">The length of the integer block: see <see cref="Taken"/>, <see cref="Valid"/> and <see cref="Routes"/>.</param>
internal sealed record BlockPlan(
    int Scores, int Probabilities, int Gates, int GateGradients, int ScoreGradients, int PatchSum, int Activations, int Floats, int Integers)
{
    /// <summary>In the integer block: the number of patches that each expert took; tokenChoice: the number of pairs taken.</summary>
    public const int Taken = 0;

    /// <summary>In the integer block: the number of valid patches.</summary>
    public const int Valid = 1;

    /// <summary>In the integer block: the chosen patches [k, l], best first; sample: the chosen expert; tokenChoice: the patches of the pairs, [n·t].</summary>
    public const int Routes = 2;

    /// <summary>What only a token-choice layer has.</summary>
    public TokenBlock Token { get; init; } = TokenBlock.None;

    /// <summary>Lays out the block of a layer whose kernel writes activations in steps of so many values.</summary>
    public static BlockPlan Of(LayerSpec layer, LayerShape shape, TokenPlan? token, int activationStep)
    {
        int next = 0;
        int Take(bool needed, int length)
        {
            if (!needed)
            {
                return -1;
            }

            int offset = next;
            next += Slots.Align(length);
            return offset;
        }

        bool choice = layer.Routing == Routing.ExpertChoice || token is not null;
        bool sample = layer.Routing == Routing.Sample;
        bool gated = choice && layer.Gate != Gate.None;
        bool all = LayerPlan.ReachesAllScores(layer, token);
        bool softmax = token?.HasSoftmax ?? all;
        int chosen = token?.Pairs ?? (shape.Experts * shape.PatchesPerExpert);
        int every = shape.Experts * shape.Patches;
        int seen = (token is not null ? shape.Pairs : choice ? chosen : shape.Patches) * activationStep;

        int scores = Take(choice || sample, sample ? shape.Experts : every);
        int probabilities = Take(softmax || sample, sample ? shape.Experts : every);
        int gates = Take(gated, chosen);
        int gateGradients = Take(gated, chosen);
        int scoreGradients = Take(gated || all || sample, sample ? shape.Experts : all ? every : chosen);
        int patchSum = Take(sample, shape.Dimension);
        int activations = Take(true, seen);
        int integers = Routes + (choice ? chosen : sample ? 1 : 0);
        TokenBlock tokens = token is null ? TokenBlock.None : LayOut(token, shape, Take, ref integers);
        return new BlockPlan(scores, probabilities, gates, gateGradients, scoreGradients, patchSum, activations, next, Slots.Align(integers)) { Token = tokens };
    }

    private static TokenBlock LayOut(TokenPlan token, LayerShape shape, Func<bool, int, int> take, ref int integers)
    {
        int next = integers;
        int Integers(bool needed, int length)
        {
            int offset = needed ? next : -1;
            next += needed ? length : 0;
            return offset;
        }

        var block = new TokenBlock(
            Best: take(true, token.PerPatch * Lanes.Max),
            Priorities: take(token.ByScore, shape.Patches),
            LogSums: take(token.HasZLoss, shape.Patches),
            Sums: take(token.HasAuxiliary, 2 * TokenPlan.TotalsOf(shape.Experts)),
            Starts: Integers(true, shape.Experts + 1),
            Choices: Integers(true, token.Pairs),
            Places: Integers(true, token.Pairs),
            Counted: Integers(token.HasCapacity, shape.Experts),
            Order: Integers(token.ByScore, shape.Patches));
        integers = next;
        return block;
    }
}
