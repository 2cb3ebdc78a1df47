using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace PatchMoE.Kernels;

/// <summary>
/// Where the sums of weight gradients go, for emitted code: to the gradients, or, where they are complete, straight into the weights by stochastic gradient descent.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly ref struct WeightTarget
{
    /// <summary>A target for one window of samples.</summary>
    /// <param name="pass">The gradients, η and λ.</param>
    /// <param name="weights">The parameter buffer.</param>
    /// <param name="adds">Whether sums of earlier samples, or zeros, lie in the gradients.</param>
    /// <param name="updates">Whether the sums are complete and go into the weights.</param>
    public WeightTarget(in GradientPass pass, ref float weights, bool adds, bool updates)
        : this(ref pass.Gradients, ref weights, adds, updates, pass.LearningRate, pass.WeightDecay)
    {
    }

    private WeightTarget(ref float gradients, ref float weights, bool adds, bool updates, float rate, float decay)
    {
        Gradients = ref gradients;
        Weights = ref weights;
        (Adds, Updates, Rate, Decay) = (adds, updates, rate, decay);
    }

    /// <summary>The gradients.</summary>
    public readonly ref float Gradients;

    /// <summary>The weights, laid out as the gradients are.</summary>
    public readonly ref float Weights;

    /// <summary>Whether sums of earlier samples, or zeros, lie in the gradients.</summary>
    public bool Adds { get; }

    /// <summary>Whether the sums are complete and go into the weights.</summary>
    public bool Updates { get; }

    /// <summary>η.</summary>
    public float Rate { get; }

    /// <summary>λ.</summary>
    public float Decay { get; }

    /// <summary>The target of a part of the window's samples: only the last part completes the sums.</summary>
    public WeightTarget Part(bool first, bool last) => new(ref Gradients, ref Weights, Adds || !first, Updates && last, Rate, Decay);

    /// <summary>What is taken from a weight, η·(g + λ·w), each operation rounded by itself as <see cref="SgdUpdate"/> does.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Step<TSimd, TVector>(TVector weight, TVector gradient, TVector rate, TVector decay)
        where TSimd : ISimd<TVector>
        where TVector : struct =>
        TSimd.Multiply(TSimd.Add(gradient, TSimd.Multiply(weight, decay)), rate);

    /// <summary>Updates weights whose gradients lie complete in the gradients.</summary>
    /// <param name="from">The first.</param>
    /// <param name="count">How many.</param>
    public void Update(int from, int count) => SgdUpdate.Apply(
        MemoryMarshal.CreateSpan(ref Unsafe.Add(ref Weights, from), count),
        MemoryMarshal.CreateReadOnlySpan(ref Unsafe.Add(ref Gradients, from), count),
        Decay,
        Rate);
}
