using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace PatchMoE.Kernels;

/// <summary>Where sums over lanes go: inner products, for emitted code.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class LaneSums
{
    /// <summary>Writes the sum of a vector's lanes, or adds it to what is there.</summary>
    /// <param name="adds">Whether it is added: to the first eight lanes' sum, or that of the values before.</param>
    /// <param name="product">Where it goes.</param>
    /// <param name="lanes">The lanes.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Put<TSimd, TVector>(bool adds, ref float product, TVector lanes)
        where TSimd : ISimd<TVector>
        where TVector : struct => product = TSimd.AddLanes(adds ? product : 0f, lanes);

    /// <summary>Writes or adds the sums of four vectors' lanes, which lie side by side.</summary>
    /// <param name="adds">Whether they are added.</param>
    /// <param name="products">Where they go, [4].</param>
    /// <param name="a">The first vector.</param>
    /// <param name="b">The second.</param>
    /// <param name="c">The third.</param>
    /// <param name="d">The fourth.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Put<TSimd, TVector>(bool adds, ref float products, TVector a, TVector b, TVector c, TVector d)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        Vector128<float> start = adds ? Vector128.LoadUnsafe(ref products) : Vector128<float>.Zero;
        TSimd.AddLanesOfFour(start, a, b, c, d).StoreUnsafe(ref products);
    }

    /// <summary>Writes or adds the sums of four vectors' lanes, which lie apart.</summary>
    /// <param name="adds">Whether they are added.</param>
    /// <param name="products">Where the first goes.</param>
    /// <param name="step">Floats from one to the next.</param>
    /// <param name="a">The first vector.</param>
    /// <param name="b">The second.</param>
    /// <param name="c">The third.</param>
    /// <param name="d">The fourth.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Put<TSimd, TVector>(bool adds, ref float products, int step, TVector a, TVector b, TVector c, TVector d)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        ref float second = ref Unsafe.Add(ref products, step);
        ref float third = ref Unsafe.Add(ref products, 2 * step);
        ref float fourth = ref Unsafe.Add(ref products, 3 * step);
        Vector128<float> start = adds ? Vector128.Create(products, second, third, fourth) : Vector128<float>.Zero;
        Vector128<float> sums = TSimd.AddLanesOfFour(start, a, b, c, d);
        (products, second, third, fourth) = (sums[0], sums[1], sums[2], sums[3]);
    }
}
