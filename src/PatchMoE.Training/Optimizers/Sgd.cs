using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using PatchMoE.Kernels;

namespace PatchMoE;

/// <summary>Stochastic gradient descent: w ← w − η·(g + λ·w), with λ the weight decay.</summary>
/// <param name="spec">λ.</param>
/// <param name="trained">The tensors it updates.</param>
public sealed class Sgd(OptimizerSpec spec, IEnumerable<ParameterSpec> trained) : Optimizer(spec, trained)
{
    private readonly float _decay = (float)spec.WeightDecay;

    private protected override void Update(Span<float> weights, ReadOnlySpan<float> gradients, int offset, float learningRate) =>
        Update(weights, gradients, _decay, learningRate);

    /// <summary>Updates a stretch of weights.</summary>
    internal static void Update(Span<float> weights, ReadOnlySpan<float> gradients, float decay, float learningRate) =>
        UpdateLoop.Run(new Rule(weights, gradients, decay, learningRate), weights.Length);

    private readonly ref struct Rule(Span<float> weights, ReadOnlySpan<float> gradients, float decay, float learningRate) : IUpdateRule
    {
        private readonly ref float _weights = ref MemoryMarshal.GetReference(weights);
        private readonly ref float _gradients = ref MemoryMarshal.GetReference(gradients);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Update<TVector, TSimd>(int i)
            where TVector : struct
            where TSimd : ISimd<TVector>
        {
            TVector w = TSimd.Load(ref _weights, i);
            TVector step = WeightTarget.Step<TSimd, TVector>(w, TSimd.Load(ref _gradients, i), TSimd.Create(learningRate), TSimd.Create(decay));
            TSimd.Store(TSimd.Subtract(w, step), ref _weights, i);
        }
    }
}
