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
        UpdateLoop.Run(new Rule(weights, gradients, _decay, learningRate), weights.Length);

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
            TVector g = TSimd.Add(TSimd.Load(ref _gradients, i), TSimd.Multiply(w, TSimd.Create(decay)));
            TSimd.Store(TSimd.Subtract(w, TSimd.Multiply(g, TSimd.Create(learningRate))), ref _weights, i);
        }
    }
}
