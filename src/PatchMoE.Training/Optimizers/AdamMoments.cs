using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using PatchMoE.Kernels;

namespace PatchMoE.Training.Optimizers;

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
    private (float Size, float Root) _scales;

    public IReadOnlyList<(string Name, float[] Values)> State => [("first", _first), ("second", _second)];

    /// <summary>Begins an update.</summary>
    /// <param name="step">t ≥ 1.</param>
    /// <param name="learningRate">η.</param>
    public void Begin(int step, float learningRate) => _scales = Scales(spec, step, learningRate);

    /// <summary>The update of a range of a tensor.</summary>
    /// <param name="weights">Its weights.</param>
    /// <param name="gradients">Their gradients.</param>
    /// <param name="offset">Where the range starts in the moments.</param>
    /// <param name="coupledDecay">λ of g ← g + λ·w, applied before the moments.</param>
    /// <param name="shrink">The factor applied to w before the step.</param>
    public void Update(Span<float> weights, ReadOnlySpan<float> gradients, int offset, float coupledDecay, float shrink)
    {
        (float size, float root) = _scales;
        var constants = new Constants(_beta1, _beta2, _rest1, _rest2, _epsilon, size, root, coupledDecay, shrink);
        Span<float> first = _first.AsSpan(offset, weights.Length);
        Span<float> second = _second.AsSpan(offset, weights.Length);
        UpdateLoop.Run(new Rule(weights, gradients, first, second, constants), weights.Length);
    }

    /// <summary>η / (1 − β₁ᵗ) and √(1 − β₂ᵗ).</summary>
    /// <param name="spec">β₁ and β₂.</param>
    /// <param name="step">t ≥ 1.</param>
    /// <param name="learningRate">η.</param>
    public static (float Size, float Root) Scales(OptimizerSpec spec, int step, float learningRate) =>
        ((float)(learningRate / (1 - StrictMath.Pow(spec.Beta1, step))), (float)Math.Sqrt(1 - StrictMath.Pow(spec.Beta2, step)));

    /// <summary>β₁, β₂, 1 − β₁, 1 − β₂, ε, the result of <see cref="Scales"/>, and the effect of weight decay.</summary>
    private readonly record struct Constants(
        float Beta1, float Beta2, float Rest1, float Rest2, float Epsilon, float Size, float Root, float CoupledDecay, float Shrink);

    private readonly ref struct Rule(
        Span<float> weights, ReadOnlySpan<float> gradients, Span<float> first, Span<float> second, Constants constants) : IUpdateRule
    {
        private readonly ref float _weights = ref MemoryMarshal.GetReference(weights);
        private readonly ref float _gradients = ref MemoryMarshal.GetReference(gradients);
        private readonly ref float _first = ref MemoryMarshal.GetReference(first);
        private readonly ref float _second = ref MemoryMarshal.GetReference(second);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Update<TVector, TSimd>(int i)
            where TVector : struct
            where TSimd : ISimd<TVector>
        {
            TVector w = TSimd.Load(ref _weights, i);
            TVector g = TSimd.Add(TSimd.Load(ref _gradients, i), TSimd.Multiply(w, TSimd.Create(constants.CoupledDecay)));
            TVector m = TSimd.Add(
                TSimd.Multiply(TSimd.Load(ref _first, i), TSimd.Create(constants.Beta1)), TSimd.Multiply(g, TSimd.Create(constants.Rest1)));
            TVector s = TSimd.Add(
                TSimd.Multiply(TSimd.Load(ref _second, i), TSimd.Create(constants.Beta2)),
                TSimd.Multiply(TSimd.Multiply(g, g), TSimd.Create(constants.Rest2)));
            TSimd.Store(m, ref _first, i);
            TSimd.Store(s, ref _second, i);
            TVector root = TSimd.Add(TSimd.Divide(TSimd.SquareRoot(s), TSimd.Create(constants.Root)), TSimd.Create(constants.Epsilon));
            TVector step = TSimd.Divide(TSimd.Multiply(m, TSimd.Create(constants.Size)), root);
            TSimd.Store(TSimd.Subtract(TSimd.Multiply(w, TSimd.Create(constants.Shrink)), step), ref _weights, i);
        }
    }
}
