namespace PatchMoE.Reference;

/// <summary>
/// The weights of one layer, or their gradients. Axes: s of k experts, r of M neurons of an expert, i of d values of a patch.
/// </summary>
/// <param name="router">Router vectors w [k, d]; null for dense routing.</param>
/// <param name="neurons">Neuron weights v [k, M, d].</param>
/// <param name="bias">Neuron biases b [k, M]; null if the layer has none.</param>
internal sealed class LayerWeights(double[,]? router, double[,,] neurons, double[,]? bias)
{
    public double[,]? Router { get; } = router;

    public double[,,] Neurons { get; } = neurons;

    public double[,]? Bias { get; } = bias;

    /// <summary>Zeros of the same shapes, to add gradients to.</summary>
    public LayerWeights ZerosLike() => new(
        Router is null ? null : new double[Router.GetLength(0), Router.GetLength(1)],
        new double[Neurons.GetLength(0), Neurons.GetLength(1), Neurons.GetLength(2)],
        Bias is null ? null : new double[Bias.GetLength(0), Bias.GetLength(1)]);
}
