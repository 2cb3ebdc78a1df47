namespace PatchMoE;

/// <summary>
/// The floating-point operations of one layer for one sample, all its instances together; a multiply-add counts as two. Operations without a factor d are not
/// counted: gates, pooling, selection, ReLU. The backward pass counts every chosen patch of every neuron, although those that ReLU zeroes need none.
/// </summary>
/// <param name="Router">Scores: 2·n·k·d; sample: the sum of the patches and k scores, (n + 2k)·d; dense: 0.</param>
/// <param name="Experts">Pre-activations of the chosen patches: 2·k·l·M·d; tokenChoice: 2·M·d for each pair, at most n·t; sample: 2·n·M·d; dense: 2·k·n·M·d.</param>
/// <param name="RouterGradient">The gradient with respect to the router weights: 2·d for each score that the gate uses, 0 if the loss gives none.</param>
/// <param name="ExpertsGradient">The gradient with respect to the neuron weights: as many as <see cref="Experts"/>.</param>
/// <param name="InputGradient">The gradient with respect to the layer's patches: through the neurons as many as <see cref="Experts"/>, through the router as many as <see cref="RouterGradient"/>.</param>
internal sealed record LayerCost(long Router, long Experts, long RouterGradient, long ExpertsGradient, long InputGradient)
{
    /// <summary>Router and experts.</summary>
    public long Forward => Router + Experts;

    /// <summary>Both weight gradients.</summary>
    public long WeightGradients => RouterGradient + ExpertsGradient;

    /// <summary>The cost of a layer of a valid spec.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="shape">Its sizes.</param>
    public static LayerCost Of(LayerSpec layer, LayerShape shape)
    {
        long instances = shape.Instances;
        long dimension = shape.Dimension;
        long patches = shape.Patches;
        long experts = shape.Experts;

        long router = layer.Routing switch
        {
            Routing.ExpertChoice or Routing.TokenChoice => 2 * patches * experts * dimension,
            Routing.Sample => (patches + (2 * experts)) * dimension,
            _ => 0,
        };
        long gatedScores = (layer.Routing, layer.Gate) switch
        {
            (Routing.Sample, _) => experts,
            (Routing.Dense, _) => 0,
            (Routing.TokenChoice, _) when layer.Choice!.HasAuxiliaryLoss => experts * patches,
            (_, Gate.None) => 0,
            (_, Gate.SoftmaxAll) => experts * patches,
            (Routing.TokenChoice, Gate.SoftmaxSelected) => patches * layer.Choice!.ExpertsPerPatch,
            _ => shape.Pairs,
        };
        long neurons = instances * 2 * (long)shape.Pairs * shape.Neurons * dimension;
        long routerGradient = instances * 2 * gatedScores * dimension;

        // The sample's router sees the sum of the patches, so its gradient with respect to one patch is added to all of them.
        long spread = layer.Routing == Routing.Sample ? instances * patches * dimension : 0;
        return new LayerCost(instances * router, neurons, routerGradient, neurons, neurons + routerGradient + spread);
    }
}
