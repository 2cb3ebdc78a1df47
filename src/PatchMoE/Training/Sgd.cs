using System.Numerics;

namespace PatchMoE;

/// <summary>Stochastic gradient descent: w ← w − η·(g + λ·w), with λ the weight decay.</summary>
/// <param name="spec">λ.</param>
/// <param name="trained">The tensors it updates.</param>
public sealed class Sgd(OptimizerSpec spec, IEnumerable<ParameterSpec> trained) : Optimizer(spec, trained)
{
    private readonly float _decay = (float)spec.WeightDecay;

    private protected override void Update(Span<float> weights, ReadOnlySpan<float> gradients, int offset, float learningRate)
    {
        int i = 0;
        for (; i <= weights.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            var w = new Vector<float>(weights[i..]);
            Vector<float> g = new Vector<float>(gradients[i..]) + (w * _decay);
            (w - (g * learningRate)).CopyTo(weights[i..]);
        }

        for (; i < weights.Length; i++)
        {
            float g = gradients[i] + (weights[i] * _decay);
            weights[i] -= g * learningRate;
        }
    }
}
