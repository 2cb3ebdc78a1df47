using System.Runtime.Intrinsics;
using PatchMoE.Kernels;

namespace PatchMoE.Tests.Kernels;

/// <summary>512-bit vectors as two of 256 bits, on any machine: with them emitted code takes the branches for 16 lanes where there is no AVX-512.</summary>
public readonly struct TwoHalves : ISimd<Vector512<float>>
{
    public static int Lanes => 16;

    public static Vector512<float> Zero => Vector512<float>.Zero;

    public static Vector512<float> Create(float value) => Vector512.Create(value);

    public static Vector512<float> Load(ref float source, int offset) => Vector512.Create(Simd256.Load(ref source, offset), Simd256.Load(ref source, offset + 8));

    public static Vector512<float> LoadPixels(ref byte source, int offset) => Vector512.Create(Simd256.LoadPixels(ref source, offset), Simd256.LoadPixels(ref source, offset + 8));

    public static void Store(Vector512<float> value, ref float destination, int offset)
    {
        Simd256.Store(value.GetLower(), ref destination, offset);
        Simd256.Store(value.GetUpper(), ref destination, offset + 8);
    }

    public static Vector512<float> Add(Vector512<float> a, Vector512<float> b) => a + b;

    public static Vector512<float> Subtract(Vector512<float> a, Vector512<float> b) => a - b;

    public static Vector512<float> Multiply(Vector512<float> a, Vector512<float> b) => a * b;

    public static Vector512<float> Divide(Vector512<float> a, Vector512<float> b) => a / b;

    public static Vector512<float> SquareRoot(Vector512<float> value) => Vector512.Sqrt(value);

    public static Vector512<float> MultiplyAdd(Vector512<float> a, Vector512<float> b, Vector512<float> c) => Vector512.Create(
        Simd256.MultiplyAdd(a.GetLower(), b.GetLower(), c.GetLower()), Simd256.MultiplyAdd(a.GetUpper(), b.GetUpper(), c.GetUpper()));

    public static float AddLanes(float start, Vector512<float> value) => Simd256.AddLanes(Simd256.AddLanes(start, value.GetLower()), value.GetUpper());

    public static Vector128<float> AddLanesOfFour(Vector128<float> start, Vector512<float> a, Vector512<float> b, Vector512<float> c, Vector512<float> d) => Simd256.AddLanesOfFour(
        Simd256.AddLanesOfFour(start, a.GetLower(), b.GetLower(), c.GetLower(), d.GetLower()), a.GetUpper(), b.GetUpper(), c.GetUpper(), d.GetUpper());

    public static Vector512<float> Relu(Vector512<float> value) => Vector512.Create(Simd256.Relu(value.GetLower()), Simd256.Relu(value.GetUpper()));

    public static Vector512<float> WherePositive(Vector512<float> value, Vector512<float> sign) => Vector512.Create(
        Simd256.WherePositive(value.GetLower(), sign.GetLower()), Simd256.WherePositive(value.GetUpper(), sign.GetUpper()));

    public static Vector512<float> KeepLast(Vector512<float> value, int count) => Vector512.Create(
        Simd256.KeepLast(value.GetLower(), count - 8), Simd256.KeepLast(value.GetUpper(), count));
}
