using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using PatchMoE.Kernels;

namespace PatchMoE.Training.Optimizers;

/// <summary>SGD with heavy-ball momentum (Polyak, 1964), in PyTorch's form: u ← µ·u + g + λ·w, w ← w − η·u, with u = 0 initially.</summary>
/// <param name="spec">µ and λ.</param>
/// <param name="trained">The tensors to update.</param>
/// <param name="bufferLength">The length of the parameter buffer.</param>
internal sealed class Momentum(OptimizerSpec spec, IEnumerable<ParameterSpec> trained, int bufferLength) : Optimizer(spec, trained)
{
    private readonly float _momentum = (float)spec.Momentum;
    private readonly float _decay = (float)spec.WeightDecay;
    private readonly float[] _velocity = new float[bufferLength];

    /// <summary>The velocity u, named <c>velocity</c>.</summary>
    public override IReadOnlyList<(string Name, float[] Values)> State => [("velocity", _velocity)];

    private protected override void Update(Span<float> weights, ReadOnlySpan<float> gradients, int offset, float learningRate) =>
        UpdateLoop.Run(new Rule(weights, gradients, _velocity.AsSpan(offset, weights.Length), _momentum, _decay, learningRate), weights.Length);

    private readonly ref struct Rule(
        Span<float> weights, ReadOnlySpan<float> gradients, Span<float> velocity, float momentum, float decay, float learningRate) : IUpdateRule
    {
        private readonly ref float _weights = ref MemoryMarshal.GetReference(weights);
        private readonly ref float _gradients = ref MemoryMarshal.GetReference(gradients);
        private readonly ref float _velocity = ref MemoryMarshal.GetReference(velocity);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Update<TVector, TSimd>(int i)
            where TVector : struct
            where TSimd : ISimd<TVector>
        {
            TVector w = TSimd.Load(ref _weights, i);
            TVector g = TSimd.Add(TSimd.Load(ref _gradients, i), TSimd.Multiply(w, TSimd.Create(decay)));
            TVector u = TSimd.Add(TSimd.Multiply(TSimd.Load(ref _velocity, i), TSimd.Create(momentum)), g);
            TSimd.Store(u, ref _velocity, i);
            TSimd.Store(TSimd.Subtract(w, TSimd.Multiply(u, TSimd.Create(learningRate))), ref _weights, i);
        }
    }
}
