using System.Runtime.Intrinsics;
using PatchMoE.Kernels;

namespace PatchMoE.Measurement;

/// <summary>
/// The peak multiply-add rate of this machine: twelve independent chains of multiply-adds in registers, in the widest vectors that emitted code uses.
/// No kernel of float32 multiply-adds can be faster.
/// </summary>
internal static class ArithmeticLimit
{
    private const int Chains = 12;
    private const int Iterations = 200_000;
    private const int Rounds = 150;

    /// <summary>Floating-point operations per second of all threads together, the best of several rounds; a multiply-add counts as two.</summary>
    public static double Measure(int threads) => VectorClass.Current.Bits switch
    {
        512 => Measure<Vector512<float>, Simd512>(threads),
        256 => Measure<Vector256<float>, Simd256>(threads),
        128 => Measure<Vector128<float>, Simd128>(threads),
        _ => Measure<float, SimdScalar>(threads),
    };

    private static double Measure<TVector, TSimd>(int threads)
        where TVector : struct
        where TSimd : ISimd<TVector>
    {
        float[] sinks = new float[threads];
        double seconds = Rate.BestSeconds(threads, Rounds, worker => sinks[worker] = Chain<TVector, TSimd>(Iterations));
        return 2.0 * Chains * TSimd.Lanes * Iterations * threads / seconds;
    }

    /// <summary>x ← x·0.5 + 1 in each chain: it stays near 2, neither denormal nor infinite.</summary>
    private static float Chain<TVector, TSimd>(int iterations)
        where TVector : struct
        where TSimd : ISimd<TVector>
    {
        TVector half = TSimd.Create(0.5f);
        TVector one = TSimd.Create(1f);
        TVector x0 = one, x1 = one, x2 = one, x3 = one, x4 = one, x5 = one, x6 = one, x7 = one, x8 = one, x9 = one, x10 = one, x11 = one;
        for (int i = 0; i < iterations; i++)
        {
            x0 = TSimd.MultiplyAdd(x0, half, one);
            x1 = TSimd.MultiplyAdd(x1, half, one);
            x2 = TSimd.MultiplyAdd(x2, half, one);
            x3 = TSimd.MultiplyAdd(x3, half, one);
            x4 = TSimd.MultiplyAdd(x4, half, one);
            x5 = TSimd.MultiplyAdd(x5, half, one);
            x6 = TSimd.MultiplyAdd(x6, half, one);
            x7 = TSimd.MultiplyAdd(x7, half, one);
            x8 = TSimd.MultiplyAdd(x8, half, one);
            x9 = TSimd.MultiplyAdd(x9, half, one);
            x10 = TSimd.MultiplyAdd(x10, half, one);
            x11 = TSimd.MultiplyAdd(x11, half, one);
        }

        TVector low = TSimd.Add(TSimd.Add(TSimd.Add(x0, x1), TSimd.Add(x2, x3)), TSimd.Add(x4, x5));
        TVector high = TSimd.Add(TSimd.Add(TSimd.Add(x6, x7), TSimd.Add(x8, x9)), TSimd.Add(x10, x11));
        return TSimd.AddLanes(0f, TSimd.Add(low, high));
    }
}
