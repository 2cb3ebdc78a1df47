using System.ComponentModel;
using System.Runtime.CompilerServices;

namespace PatchMoE.Kernels;

/// <summary>
/// Elementary functions whose results have the same bits on every machine. Those of <see cref="Math"/> come from the C library of the system, and their last bits
/// differ from one to another. These use only +, −, ×, ÷ and conversions, which IEEE 754 rounds correctly, in a fixed order and never fused.
/// </summary>
/// <remarks>Errors are in ulps, the spacing of floating-point numbers at the exact result.</remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public static partial class StrictMath
{
    private const int MantissaBits = 52;
    private const long MantissaMask = (1L << MantissaBits) - 1;
    private const int ExponentBias = 1023;

    // 1.5·2^52. Doubles of this size have no bits for a fraction: adding it rounds a number to an integer, which is then in the low bits of the sum.
    private const double RoundingShift = 6755399441055744.0;

    // ln 2 in two parts. The first has 32 bits, so that its product with an exponent is exact.
    private const double Ln2High = 0.69314718036912382;
    private const double Ln2Low = 1.9082149292705877e-10;

    /// <summary>xⁿ by repeated squaring.</summary>
    /// <param name="x">The base.</param>
    /// <param name="n">≥ 0.</param>
    internal static double Pow(double x, int n)
    {
        double power = 1;
        for (; n > 0; n >>= 1, x *= x)
        {
            power = (n & 1) == 0 ? power : power * x;
        }

        return power;
    }

    /// <summary>2ⁿ for |n| &lt; 1023.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static double PowerOfTwo(int n) => BitConverter.Int64BitsToDouble((long)(n + ExponentBias) << MantissaBits);
}
