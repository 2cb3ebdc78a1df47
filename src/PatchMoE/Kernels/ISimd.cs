using System.Runtime.Intrinsics;

namespace PatchMoE.Kernels;

/// <summary>
/// One width of vector registers. Emitted kernels are generic over it, so that the same source serves every machine; the JIT compiles
/// specialised code for each width. Every operation gives the same bits on every machine: multiply-adds are rounded once, and sums over lanes have an
/// order that does not depend on the width.
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

    /// <summary>Reads <see cref="Lanes"/> bytes at <paramref name="source"/> + <paramref name="offset"/>, and divides each by 255.</summary>
    static abstract TVector LoadPixels(ref byte source, int offset);

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

    /// <summary>a · b + c, rounded once; without hardware for it (FMA, AdvSimd) it is computed in software, slowly.</summary>
    static abstract TVector MultiplyAdd(TVector a, TVector b, TVector c);

    /// <summary>
    /// <paramref name="start"/> plus the sum of the first eight lanes, plus that of the next eight: one vector of 16 lanes gives the bits of two of 8. Four lanes are
    /// added as (v0 + v2) + (v1 + v3), eight as the sums of two fours.
    /// </summary>
    static abstract float AddLanes(float start, TVector value);

    /// <summary>Four sums of lanes, each bit-identical to <see cref="AddLanes"/>, at little more than the cost of one.</summary>
    static abstract Vector128<float> AddLanesOfFour(Vector128<float> start, TVector a, TVector b, TVector c, TVector d);

    /// <summary>max(0, x); NaN stays NaN.</summary>
    static abstract TVector Relu(TVector value);

    /// <summary><paramref name="value"/> where <paramref name="sign"/> &gt; 0, else 0.</summary>
    static abstract TVector WherePositive(TVector value, TVector sign);

    /// <summary>
    /// The last <paramref name="count"/> lanes of <paramref name="value"/>, the others 0; none if it is negative, all if there are fewer. The end of a row is
    /// read as one full vector that overlaps the vector before it.
    /// </summary>
    static abstract TVector KeepLast(TVector value, int count);
}
