using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace PatchMoE.Kernels;

/// <summary>
/// One update of a range of weights, written once for every vector width. Each operation is rounded separately, never fused, so all widths give the same bits.
/// </summary>
internal interface IUpdateRule
{
    /// <summary>Updates the values of one vector.</summary>
    /// <typeparam name="TVector">A vector of floats.</typeparam>
    /// <typeparam name="TSimd">Its operations.</typeparam>
    /// <param name="i">The index in the range of the vector's first value.</param>
    void Update<TVector, TSimd>(int i)
        where TVector : struct
        where TSimd : ISimd<TVector>;
}

/// <summary>Walks a range of weights in the machine's widest vectors, and value by value once less than a vector is left.</summary>
internal static class UpdateLoop
{
    /// <summary>Updates a range.</summary>
    /// <param name="rule">What to do with each vector.</param>
    /// <param name="count">The number of values in the range.</param>
    public static void Run<TRule>(TRule rule, int count)
        where TRule : struct, IUpdateRule, allows ref struct
    {
        int done = Vector512.IsHardwareAccelerated ? Run<TRule, Vector512<float>, Simd512>(rule, 0, count)
            : Vector256.IsHardwareAccelerated ? Run<TRule, Vector256<float>, Simd256>(rule, 0, count)
            : Vector128.IsHardwareAccelerated ? Run<TRule, Vector128<float>, Simd128>(rule, 0, count)
            : 0;
        Run<TRule, float, SimdScalar>(rule, done, count);
    }

    /// <summary>Full vectors of one width; returns where they end.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Run<TRule, TVector, TSimd>(TRule rule, int from, int count)
        where TRule : struct, IUpdateRule, allows ref struct
        where TVector : struct
        where TSimd : ISimd<TVector>
    {
        int i = from;
        for (; i <= count - TSimd.Lanes; i += TSimd.Lanes)
        {
            rule.Update<TVector, TSimd>(i);
        }

        return i;
    }
}
