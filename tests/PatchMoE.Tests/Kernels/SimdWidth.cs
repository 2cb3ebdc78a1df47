using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using PatchMoE.Kernels;

namespace PatchMoE.Tests.Kernels;

/// <summary>The operations of one width of vectors, each on 16 floats: on one vector of 16, two of 8, four of 4, or 16 single floats.</summary>
internal abstract class SimdWidth
{
    /// <summary>The floats of an operation.</summary>
    public const int Floats = 16;

    /// <summary>All that this machine can compute: <see cref="Simd512"/> uses instructions of AVX-512 directly, the others need none.</summary>
    public static IReadOnlyList<SimdWidth> All { get; } =
    [
        new Of<SimdScalar, float>(), new Of<Simd128, Vector128<float>>(), new Of<Simd256, Vector256<float>>(),
        .. Avx512F.IsSupported ? [new Of<Simd512, Vector512<float>>()] : Array.Empty<SimdWidth>(),
    ];

    /// <summary>Floats of a vector.</summary>
    public abstract int Lanes { get; }

    public abstract float[] MultiplyAdd(float[] a, float[] b, float[] c);

    public abstract float[] Relu(float[] values);

    public abstract float[] WherePositive(float[] values, float[] signs);

    /// <summary>16 pixels, each divided by 255.</summary>
    public abstract float[] LoadPixels(byte[] pixels);

    /// <summary>The last of the 16 floats, for a count that runs on from vector to vector.</summary>
    public abstract float[] KeepLast(float[] values, int count);

    /// <summary>The lanes of all vectors, added to one sum.</summary>
    public abstract float AddLanes(float start, float[] values);

    /// <summary>The same, for four sums together.</summary>
    public abstract float[] AddLanesOfFour(float[] starts, float[][] values);

    public override string ToString() => $"{Lanes} lanes";

    private sealed class Of<TSimd, TVector> : SimdWidth
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        public override int Lanes => TSimd.Lanes;

        public override float[] MultiplyAdd(float[] a, float[] b, float[] c) => ForEach(i => TSimd.MultiplyAdd(Load(a, i), Load(b, i), Load(c, i)));

        public override float[] Relu(float[] values) => ForEach(i => TSimd.Relu(Load(values, i)));

        public override float[] WherePositive(float[] values, float[] signs) => ForEach(i => TSimd.WherePositive(Load(values, i), Load(signs, i)));

        public override float[] LoadPixels(byte[] pixels) => ForEach(i => TSimd.LoadPixels(ref MemoryMarshal.GetArrayDataReference(pixels), i));

        public override float[] KeepLast(float[] values, int count) => ForEach(i => TSimd.KeepLast(Load(values, i), count - (Floats - i - Lanes)));

        public override float AddLanes(float start, float[] values)
        {
            for (int i = 0; i < Floats; i += Lanes)
            {
                start = TSimd.AddLanes(start, Load(values, i));
            }

            return start;
        }

        public override float[] AddLanesOfFour(float[] starts, float[][] values)
        {
            Vector128<float> sums = Vector128.Create(starts);
            for (int i = 0; i < Floats; i += Lanes)
            {
                sums = TSimd.AddLanesOfFour(sums, Load(values[0], i), Load(values[1], i), Load(values[2], i), Load(values[3], i));
            }

            return [sums[0], sums[1], sums[2], sums[3]];
        }

        private static TVector Load(float[] values, int offset) => TSimd.Load(ref MemoryMarshal.GetArrayDataReference(values), offset);

        private static float[] ForEach(Func<int, TVector> vectorAt)
        {
            var result = new float[Floats];
            for (int i = 0; i < Floats; i += TSimd.Lanes)
            {
                TSimd.Store(vectorAt(i), ref MemoryMarshal.GetArrayDataReference(result), i);
            }

            return result;
        }
    }
}
