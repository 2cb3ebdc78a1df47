using System.Numerics;

namespace PatchMoE;

/// <summary>SGD with heavy-ball momentum (Polyak, 1964), as PyTorch writes it: u ← µ·u + g + λ·w, w ← w − η·u, with u = 0 at first.</summary>
/// <param name="spec">µ and λ.</param>
/// <param name="trained">The tensors it updates.</param>
/// <param name="bufferLength">The length of the parameter buffer.</param>
public sealed class Momentum(OptimizerSpec spec, IEnumerable<ParameterSpec> trained, int bufferLength) : Optimizer(spec, trained)
{
    private readonly float _momentum = (float)spec.Momentum;
    private readonly float _decay = (float)spec.WeightDecay;
    private readonly float[] _velocity = new float[bufferLength];

    /// <summary>The velocity u, named <c>velocity</c>.</summary>
    public override IReadOnlyList<(string Name, float[] Values)> State => [("velocity", _velocity)];

    private protected override void Update(Span<float> weights, ReadOnlySpan<float> gradients, int offset, float learningRate)
    {
        Span<float> velocity = _velocity.AsSpan(offset, weights.Length);
        int i = 0;
        for (; i <= weights.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            var w = new Vector<float>(weights[i..]);
            Vector<float> g = new Vector<float>(gradients[i..]) + (w * _decay);
            Vector<float> u = (new Vector<float>(velocity[i..]) * _momentum) + g;
            u.CopyTo(velocity[i..]);
            (w - (u * learningRate)).CopyTo(weights[i..]);
        }

        for (; i < weights.Length; i++)
        {
            float g = gradients[i] + (weights[i] * _decay);
            velocity[i] = (velocity[i] * _momentum) + g;
            weights[i] -= velocity[i] * learningRate;
        }
    }
}
