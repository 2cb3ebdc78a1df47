using System.Numerics;

namespace PatchMoE;

/// <summary>
/// The moments that Adam and AdamW share (Kingma and Ba, 2015): m ← β₁·m + (1 − β₁)·g, s ← β₂·s + (1 − β₂)·g², and the step
/// w ← w − (η / (1 − β₁ᵗ)) · m / (√s / √(1 − β₂ᵗ) + ε) of update t = 1, 2, …
/// </summary>
internal sealed class AdamMoments(OptimizerSpec spec, int bufferLength)
{
    private readonly float _beta1 = (float)spec.Beta1;
    private readonly float _beta2 = (float)spec.Beta2;
    private readonly float _rest1 = (float)(1 - spec.Beta1);
    private readonly float _rest2 = (float)(1 - spec.Beta2);
    private readonly float _epsilon = (float)spec.Epsilon;
    private readonly float[] _first = new float[bufferLength];
    private readonly float[] _second = new float[bufferLength];

    public IReadOnlyList<(string Name, float[] Values)> State => [("first", _first), ("second", _second)];

    /// <summary>One update of one tensor.</summary>
    /// <param name="weights">Its weights.</param>
    /// <param name="gradients">Their gradients.</param>
    /// <param name="offset">Where the tensor begins in the moments.</param>
    /// <param name="step">t ≥ 1.</param>
    /// <param name="learningRate">η.</param>
    /// <param name="coupledDecay">λ of g ← g + λ·w before the moments.</param>
    /// <param name="shrink">What w is multiplied by before the step.</param>
    public void Update(
        Span<float> weights, ReadOnlySpan<float> gradients, int offset, int step, float learningRate, float coupledDecay, float shrink)
    {
        (float size, float root) = Scales(spec, step, learningRate);
        Span<float> first = _first.AsSpan(offset, weights.Length);
        Span<float> second = _second.AsSpan(offset, weights.Length);
        var epsilon = new Vector<float>(_epsilon);
        var roots = new Vector<float>(root);
        int i = 0;
        for (; i <= weights.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            var w = new Vector<float>(weights[i..]);
            Vector<float> g = new Vector<float>(gradients[i..]) + (w * coupledDecay);
            Vector<float> m = (new Vector<float>(first[i..]) * _beta1) + (g * _rest1);
            Vector<float> s = (new Vector<float>(second[i..]) * _beta2) + (g * g * _rest2);
            m.CopyTo(first[i..]);
            s.CopyTo(second[i..]);
            ((w * shrink) - (m * size / ((Vector.SquareRoot(s) / roots) + epsilon))).CopyTo(weights[i..]);
        }

        for (; i < weights.Length; i++)
        {
            float g = gradients[i] + (weights[i] * coupledDecay);
            first[i] = (first[i] * _beta1) + (g * _rest1);
            second[i] = (second[i] * _beta2) + (g * g * _rest2);
            weights[i] = (weights[i] * shrink) - (first[i] * size / ((MathF.Sqrt(second[i]) / root) + _epsilon));
        }
    }

    /// <summary>η / (1 − β₁ᵗ) and √(1 − β₂ᵗ).</summary>
    /// <param name="spec">β₁ and β₂.</param>
    /// <param name="step">t ≥ 1.</param>
    /// <param name="learningRate">η.</param>
    public static (float Size, float Root) Scales(OptimizerSpec spec, int step, float learningRate) =>
        ((float)(learningRate / (1 - Power(spec.Beta1, step))), (float)Math.Sqrt(1 - Power(spec.Beta2, step)));

    /// <summary>x^n by repeated squaring: Math.Pow may differ in the last bit from one system to another.</summary>
    private static double Power(double x, int n)
    {
        double power = 1;
        for (; n > 0; n >>= 1, x *= x)
        {
            power = (n & 1) == 0 ? power : power * x;
        }

        return power;
    }
}
