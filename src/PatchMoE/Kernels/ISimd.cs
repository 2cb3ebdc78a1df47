using System.Runtime.Intrinsics;

namespace PatchMoE.Kernels;

/// <summary>
/// One width of vector registers. Emitted kernels are generic over it, so that the same source serves every machine; the JIT compiles
/// specialised code for each width.
/// </summary>
/// <typeparam name="TVector">A vector of <see cref="Lanes"/> floats.</typeparam>
public interface ISimd<TVector>
    where TVector : struct
{
    /// <summary>Floats per vector.</summary>
    static abstract int Lanes { get; }

    /// <summary>All lanes 0.</summary>
    static abstract TVector Zero { get; }

    /// <summary>All lanes <paramref name="value"/>.</summary>
    static abstract TVector Create(float value);

    /// <summary>Reads <see cref="Lanes"/> floats at <paramref name="source"/> + <paramref name="offset"/>.</summary>
    static abstract TVector Load(ref float source, int offset);

    /// <summary>Writes <see cref="Lanes"/> floats at <paramref name="destination"/> + <paramref name="offset"/>.</summary>
    static abstract void Store(TVector value, ref float destination, int offset);

    /// <summary>a + b.</summary>
    static abstract TVector Add(TVector a, TVector b);

    /// <summary>a − b.</summary>
    static abstract TVector Subtract(TVector a, TVector b);

    /// <summary>a · b.</summary>
    static abstract TVector Multiply(TVector a, TVector b);

    /// <summary>a / b.</summary>
    static abstract TVector Divide(TVector a, TVector b);

    /// <summary>√x.</summary>
    static abstract TVector SquareRoot(TVector value);

    /// <summary>a · b + c, rounded once where the machine has fused multiply-add.</summary>
    static abstract TVector MultiplyAdd(TVector a, TVector b, TVector c);

    /// <summary>The sum of the lanes, in an order fixed by the width: (v0 + v2) + (v1 + v3) in each group of four, then the upper half of the groups onto the lower.</summary>
    static abstract float Sum(TVector value);

    /// <summary>The lane sums of four vectors, each bit-identical to <see cref="Sum"/>, at little more than the cost of one.</summary>
    static abstract Vector128<float> SumFour(TVector a, TVector b, TVector c, TVector d);

    /// <summary>max(0, x); NaN stays NaN.</summary>
    static abstract TVector Relu(TVector value);

    /// <summary><paramref name="value"/> where <paramref name="sign"/> &gt; 0, else 0.</summary>
    static abstract TVector WherePositive(TVector value, TVector sign);

    /// <summary>
    /// The last <paramref name="count"/> lanes of <paramref name="value"/>, the others 0: the end of a row is read as one full vector that overlaps
    /// the vector before it.
    /// </summary>
    static abstract TVector KeepLast(TVector value, int count);
}
