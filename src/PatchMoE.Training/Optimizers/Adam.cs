namespace PatchMoE.Training.Optimizers;

/// <summary>
/// Adam (Kingma and Ba, 2015): g ← g + λ·w, m ← β₁·m + (1 − β₁)·g, s ← β₂·s + (1 − β₂)·g²,
/// w ← w − (η / (1 − β₁ᵗ)) · m / (√s / √(1 − β₂ᵗ) + ε). The weight decay λ is part of the gradient.
/// </summary>
/// <param name="spec">β₁, β₂, ε and λ.</param>
/// <param name="trained">The tensors to update.</param>
/// <param name="bufferLength">The length of the parameter buffer.</param>
internal sealed class Adam(OptimizerSpec spec, IEnumerable<ParameterSpec> trained, int bufferLength) : Optimizer(spec, trained)
{
    private readonly AdamMoments _moments = new(spec, bufferLength);

    /// <summary>The moments m and s, named <c>first</c> and <c>second</c>.</summary>
    public override IReadOnlyList<(string Name, float[] Values)> State => _moments.State;

    private protected override void Begin(int step, float learningRate) => _moments.Begin(step, learningRate);

    private protected override void Update(Span<float> weights, ReadOnlySpan<float> gradients, int offset, float learningRate) =>
        _moments.Update(weights, gradients, offset, coupledDecay: (float)Spec.WeightDecay, shrink: 1);
}
