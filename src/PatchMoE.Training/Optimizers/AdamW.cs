namespace PatchMoE.Training.Optimizers;

/// <summary>
/// AdamW (Loshchilov and Hutter, 2019): like <see cref="Adam"/>, but the weight decay λ acts directly on the weights:
/// w ← (1 − η·λ)·w − (η / (1 − β₁ᵗ)) · m / (√s / √(1 − β₂ᵗ) + ε).
/// </summary>
/// <param name="spec">β₁, β₂, ε and λ.</param>
/// <param name="trained">The tensors to update.</param>
/// <param name="bufferLength">The length of the parameter buffer.</param>
internal sealed class AdamW(OptimizerSpec spec, IEnumerable<ParameterSpec> trained, int bufferLength) : Optimizer(spec, trained)
{
    private readonly AdamMoments _moments = new(spec, bufferLength);

    /// <summary>The moments m and s, named <c>first</c> and <c>second</c>.</summary>
    public override IReadOnlyList<(string Name, float[] Values)> State => _moments.State;

    private protected override void Begin(int step, float learningRate) => _moments.Begin(step, learningRate);

    private protected override void Update(Span<float> weights, ReadOnlySpan<float> gradients, int offset, float learningRate) =>
        _moments.Update(
            weights, gradients, offset, coupledDecay: 0, shrink: (float)(1 - (learningRate * Spec.WeightDecay)));
}
