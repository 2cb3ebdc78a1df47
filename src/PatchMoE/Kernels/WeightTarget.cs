using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace PatchMoE.Kernels;

/// <summary>
/// Where sums of weight gradients go, for emitted code: to the gradients or, once complete, straight into the weights by stochastic gradient descent.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly ref struct WeightTarget
{
    /// <summary>A target for one window of samples.</summary>
    /// <param name="pass">The gradients, η and λ.</param>
    /// <param name="weights">The parameter buffer.</param>
    /// <param name="adds">Whether the gradients already hold sums of earlier samples, or zeros.</param>
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

    /// <summary>The weights, with the same layout as the gradients.</summary>
    public readonly ref float Weights;

    /// <summary>Whether the gradients already hold sums of earlier samples, or zeros.</summary>
    public bool Adds { get; }

    /// <summary>Whether the sums are complete and go into the weights.</summary>
    public bool Updates { get; }

    /// <summary>η.</summary>
    public float Rate { get; }

    /// <summary>λ.</summary>
    public float Decay { get; }

    /// <summary>The target of a part of the window's samples: only the last part completes the sums.</summary>
    public WeightTarget Part(bool first, bool last) => new(ref Gradients, ref Weights, Adds || !first, Updates && last, Rate, Decay);

    /// <summary>What is subtracted from a weight, η·(g + λ·w), each operation rounded separately, as in <see cref="SgdUpdate"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Step<TSimd, TVector>(TVector weight, TVector gradient, TVector rate, TVector decay)
        where TSimd : ISimd<TVector>
        where TVector : struct =>
        TSimd.Multiply(TSimd.Add(gradient, TSimd.Multiply(weight, decay)), rate);

    /// <summary>Updates a vector of weights at <paramref name="weights"/> + <paramref name="offset"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Update<TSimd, TVector>(ref float weights, int offset, TVector gradient, TVector rate, TVector decay)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        TVector weight = TSimd.Load(ref weights, offset);
        TSimd.Store(TSimd.Subtract(weight, Step<TSimd, TVector>(weight, gradient, rate, decay)), ref weights, offset);
    }

    /// <summary>Updates the last <paramref name="count"/> weights of a vector.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Update<TSimd, TVector>(ref float weights, int offset, TVector gradient, TVector rate, TVector decay, int count)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        TVector weight = TSimd.Load(ref weights, offset);
        TSimd.Store(TSimd.Subtract(weight, TSimd.KeepLast(Step<TSimd, TVector>(weight, gradient, rate, decay), count)), ref weights, offset);
    }

    /// <summary>Updates weights whose gradients are complete in the gradient buffer.</summary>
    /// <param name="from">The index of the first.</param>
    /// <param name="count">The number of weights.</param>
    public void Update(int from, int count) => SgdUpdate.Apply(
        MemoryMarshal.CreateSpan(ref Unsafe.Add(ref Weights, from), count),
        MemoryMarshal.CreateReadOnlySpan(ref Unsafe.Add(ref Gradients, from), count),
        Decay,
        Rate);
}
