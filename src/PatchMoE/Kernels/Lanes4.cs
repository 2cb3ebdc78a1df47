using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace PatchMoE.Kernels;

/// <summary>Shuffles the lanes of 128-bit vectors.</summary>
internal static class Lanes4
{
    /// <summary>a0 b0 a1 b1 and a2 b2 a3 b3.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (Vector128<float> Low, Vector128<float> High) Interleave(Vector128<float> a, Vector128<float> b)
    {
        if (Sse.IsSupported)
        {
            return (Sse.UnpackLow(a, b), Sse.UnpackHigh(a, b));
        }

        return AdvSimd.Arm64.IsSupported
            ? (AdvSimd.Arm64.ZipLow(a, b), AdvSimd.Arm64.ZipHigh(a, b))
            : (Vector128.Create(a[0], b[0], a[1], b[1]), Vector128.Create(a[2], b[2], a[3], b[3]));
    }

    /// <summary>(v0 + v2) + (v1 + v3).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Vector128<float> value)
    {
        Vector64<float> halves = value.GetLower() + value.GetUpper();
        return halves[0] + halves[1];
    }

    /// <summary>The four sums, each in the order of <see cref="Sum"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> SumFour(Vector128<float> a, Vector128<float> b, Vector128<float> c, Vector128<float> d)
    {
        (Vector128<float> ab0, Vector128<float> ab1) = Interleave(a, b);
        (Vector128<float> cd0, Vector128<float> cd1) = Interleave(c, d);
        Vector128<float> ab = ab0 + ab1;
        Vector128<float> cd = cd0 + cd1;
        return Vector128.Create(ab.GetLower(), cd.GetLower()) + Vector128.Create(ab.GetUpper(), cd.GetUpper());
    }
}
