using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace PatchMoE.Kernels;

/// <summary>Operations on ranges of floats, for emitted code.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class Values
{
    /// <summary>Sets <paramref name="count"/> values to 0.</summary>
    public static void Clear(ref float start, int count) => MemoryMarshal.CreateSpan(ref start, count).Clear();

    /// <summary>Whether all of <paramref name="count"/> values are finite.</summary>
    public static bool AllFinite(ref float start, int count) => FiniteCheck.FirstNotFinite(MemoryMarshal.CreateReadOnlySpan(ref start, count)) < 0;

    /// <summary>Copies <paramref name="count"/> values.</summary>
    public static void Copy(ref float from, ref float to, int count) =>
        MemoryMarshal.CreateReadOnlySpan(ref from, count).CopyTo(MemoryMarshal.CreateSpan(ref to, count));

    /// <summary>Writes pixel/255 for each of <paramref name="count"/> pixels.</summary>
    public static void Decode(ref byte pixels, ref float values, int count) => Decode(ref pixels, ref pixels, ref values, count);

    /// <summary>The same, and asks for as many <paramref name="next"/> pixels.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Decode(ref byte pixels, ref byte next, ref float values, int count)
    {
        int i = 0;
        for (; i <= count - CacheLineBytes; i += CacheLineBytes)
        {
            Prefetch(ref Unsafe.Add(ref next, i), CacheLineBytes);
            for (int end = i + CacheLineBytes, at = i; at < end; at += Simd256.Lanes)
            {
                Simd256.Store(Simd256.LoadPixels(ref pixels, at), ref values, at);
            }
        }

        for (; i <= count - Simd256.Lanes; i += Simd256.Lanes)
        {
            Simd256.Store(Simd256.LoadPixels(ref pixels, i), ref values, i);
        }

        for (; i < count; i++)
        {
            SimdScalar.Store(SimdScalar.LoadPixels(ref pixels, i), ref values, i);
        }
    }

    /// <summary>Asks for the cache lines of <paramref name="count"/> values, which may lie behind the end of their array: nothing is read. On x86 alone.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void Prefetch(ref float start, int count)
    {
        if (Sse.IsSupported)
        {
            for (int i = 0; i < count; i += CacheLine)
            {
                Sse.Prefetch0(Unsafe.AsPointer(ref Unsafe.Add(ref start, i)));
            }
        }
    }

    /// <summary>Asks for the cache line of a value, which may lie behind the end of its array: nothing is read. On x86 alone.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void Prefetch(ref float value)
    {
        if (Sse.IsSupported)
        {
            Sse.Prefetch0(Unsafe.AsPointer(ref value));
        }
    }

    /// <summary>The same for <paramref name="count"/> bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void Prefetch(ref byte start, int count)
    {
        if (Sse.IsSupported)
        {
            for (int i = 0; i < count; i += CacheLineBytes)
            {
                Sse.Prefetch0(Unsafe.AsPointer(ref Unsafe.Add(ref start, i)));
            }
        }
    }

    private const int CacheLineBytes = 64;

    /// <summary>Floats of a cache line.</summary>
    private const int CacheLine = CacheLineBytes / sizeof(float);
}
