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

    /// <summary>Asks for the memory to which sums will go, so that it arrives while they are added up.</summary>
    /// <param name="at">The index of the first sum in the gradients.</param>
    /// <param name="count">The number of sums.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Prefetch(int at, int count) => Values.Prefetch(ref Unsafe.Add(ref Updates ? ref Weights : ref Gradients, at), count);

    /// <summary>Writes four vectors of sums to the gradients or, if they are complete, applies them to the weights.</summary>
    /// <param name="at">The index of the first sum in the gradients; the others follow.</param>
    /// <param name="a">The first.</param>
    /// <param name="b">The second.</param>
    /// <param name="c">The third.</param>
    /// <param name="d">The fourth.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Put<TSimd, TVector>(int at, TVector a, TVector b, TVector c, TVector d)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        ref float gradient = ref Unsafe.Add(ref Gradients, at);
        if (Adds)
        {
            a = TSimd.Add(TSimd.Load(ref gradient, 0), a);
            b = TSimd.Add(TSimd.Load(ref gradient, TSimd.Lanes), b);
            c = TSimd.Add(TSimd.Load(ref gradient, 2 * TSimd.Lanes), c);
            d = TSimd.Add(TSimd.Load(ref gradient, 3 * TSimd.Lanes), d);
        }

        if (Updates)
        {
            ref float weight = ref Unsafe.Add(ref Weights, at);
            TVector rate = TSimd.Create(Rate);
            TVector decay = TSimd.Create(Decay);
            Update<TSimd, TVector>(ref weight, 0, a, rate, decay);
            Update<TSimd, TVector>(ref weight, TSimd.Lanes, b, rate, decay);
            Update<TSimd, TVector>(ref weight, 2 * TSimd.Lanes, c, rate, decay);
            Update<TSimd, TVector>(ref weight, 3 * TSimd.Lanes, d, rate, decay);
            return;
        }

        TSimd.Store(a, ref gradient, 0);
        TSimd.Store(b, ref gradient, TSimd.Lanes);
        TSimd.Store(c, ref gradient, 2 * TSimd.Lanes);
        TSimd.Store(d, ref gradient, 3 * TSimd.Lanes);
    }

    /// <summary>Writes or applies two vectors of sums.</summary>
    /// <param name="at">The index of the first sum in the gradients; the others follow.</param>
    /// <param name="a">The first.</param>
    /// <param name="b">The second.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Put<TSimd, TVector>(int at, TVector a, TVector b)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        ref float gradient = ref Unsafe.Add(ref Gradients, at);
        if (Adds)
        {
            a = TSimd.Add(TSimd.Load(ref gradient, 0), a);
            b = TSimd.Add(TSimd.Load(ref gradient, TSimd.Lanes), b);
        }

        if (Updates)
        {
            ref float weight = ref Unsafe.Add(ref Weights, at);
            TVector rate = TSimd.Create(Rate);
            TVector decay = TSimd.Create(Decay);
            Update<TSimd, TVector>(ref weight, 0, a, rate, decay);
            Update<TSimd, TVector>(ref weight, TSimd.Lanes, b, rate, decay);
            return;
        }

        TSimd.Store(a, ref gradient, 0);
        TSimd.Store(b, ref gradient, TSimd.Lanes);
    }

    /// <summary>Writes or applies one vector of sums.</summary>
    /// <param name="at">The index of its first sum in the gradients.</param>
    /// <param name="sum">The sums.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Put<TSimd, TVector>(int at, TVector sum)
        where TSimd : ISimd<TVector>
        where TVector : struct => Put<TSimd, TVector>(at, sum, TSimd.Lanes);

    /// <summary>Writes or applies the last lanes of a vector of sums; the others overlap the vector before it.</summary>
    /// <param name="at">The index of the vector's first sum in the gradients.</param>
    /// <param name="sum">The sums.</param>
    /// <param name="keep">The lanes that count.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Put<TSimd, TVector>(int at, TVector sum, int keep)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        ref float gradient = ref Unsafe.Add(ref Gradients, at);
        sum = TSimd.KeepLast(sum, keep);
        if (Adds)
        {
            sum = TSimd.Add(TSimd.Load(ref gradient, 0), sum);
        }

        if (!Updates)
        {
            TSimd.Store(sum, ref gradient, 0);
            return;
        }

        ref float weight = ref Unsafe.Add(ref Weights, at);
        TVector before = TSimd.Load(ref weight, 0);
        TVector step = Step<TSimd, TVector>(before, sum, TSimd.Create(Rate), TSimd.Create(Decay));
        TSimd.Store(TSimd.Subtract(before, TSimd.KeepLast(step, keep)), ref weight, 0);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Update<TSimd, TVector>(ref float weights, int offset, TVector gradient, TVector rate, TVector decay)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        TVector weight = TSimd.Load(ref weights, offset);
        TSimd.Store(TSimd.Subtract(weight, Step<TSimd, TVector>(weight, gradient, rate, decay)), ref weights, offset);
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
