using PatchMoE.Kernels;

namespace PatchMoE.Training.Optimizers;

/// <summary>Stochastic gradient descent: w ← w − η·(g + λ·w), where λ is the weight decay.</summary>
/// <param name="spec">λ.</param>
/// <param name="trained">The tensors to update.</param>
internal sealed class Sgd(OptimizerSpec spec, IEnumerable<ParameterSpec> trained) : Optimizer(spec, trained)
{
    private readonly float _decay = (float)spec.WeightDecay;

    private protected override void Update(Span<float> weights, ReadOnlySpan<float> gradients, int offset, float learningRate) =>
        SgdUpdate.Apply(weights, gradients, _decay, learningRate);
}
