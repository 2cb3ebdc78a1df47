using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace PatchMoE.Kernels;

/// <summary>The update of stochastic gradient descent, w ← w − η·(g + λ·w), of weights whose gradients are complete in memory.</summary>
internal static class SgdUpdate
{
    /// <summary>Updates a range of weights.</summary>
    /// <param name="weights">The weights.</param>
    /// <param name="gradients">Their gradients.</param>
    /// <param name="decay">λ.</param>
    /// <param name="learningRate">η.</param>
    public static void Apply(Span<float> weights, ReadOnlySpan<float> gradients, float decay, float learningRate) =>
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
