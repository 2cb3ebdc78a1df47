using System.Numerics;

namespace PatchMoE.Tests.Kernels;

/// <summary>
/// Elementary functions in fixed point with 320 bits behind the binary point, by their textbook series: more than enough to say how far a double is from
/// the exact result.
/// </summary>
internal static class FixedPoint
{
    private const int Bits = 320;
    private const int DoubleBits = 53;
    private const int SmallestExponent = -1074;

    private static readonly BigInteger s_one = BigInteger.One << Bits;
    private static readonly BigInteger s_ln2 = 2 * ArcTanh(s_one / 3);
    private static readonly BigInteger s_pi = 4 * ((4 * ArcTan(5)) - ArcTan(239));

    /// <summary>The error of a value for e^x, in ulps of the exact result.</summary>
    public static double ErrorOfExp(double value, double x)
    {
        // e^x = 2^n · e^r.
        int n = (int)Math.Round(x * 1.4426950408889634);
        BigInteger r = Of(x) - (n * s_ln2);
        BigInteger sum = s_one;
        BigInteger term = s_one;
        for (int k = 1; !term.IsZero; k++)
        {
            term = Multiply(term, r) / k;
            sum += term;
        }

        return Error(value, sum, n);
    }

    /// <summary>The error of a value for log x.</summary>
    public static double ErrorOfLog(double value, double x)
    {
        int n = Math.ILogB(x);
        return Error(value, Log(Of(x, -n)) + (n * s_ln2));
    }

    /// <summary>The error of a value for log(1 + x).</summary>
    public static double ErrorOfLogP1(double value, double x) => Error(value, Log(s_one + Of(x)));

    /// <summary>The error of a value for cos(π·x), 0 ≤ x ≤ 1.</summary>
    public static double ErrorOfCosPi(double value, double x)
    {
        BigInteger square = Multiply(s_pi, Of(x));
        square = Multiply(square, square);
        BigInteger sum = s_one;
        BigInteger term = s_one;
        for (int k = 1; !term.IsZero; k += 2)
        {
            term = -Multiply(term, square) / (k * (k + 1));
            sum += term;
        }

        return Error(value, sum);
    }

    /// <summary>log x = 2·artanh((x − 1) / (x + 1)), for 1 ≤ x ≤ 2.</summary>
    private static BigInteger Log(BigInteger x) => 2 * ArcTanh(((x - s_one) << Bits) / (x + s_one));

    private static BigInteger ArcTanh(BigInteger x)
    {
        BigInteger square = Multiply(x, x);
        BigInteger sum = BigInteger.Zero;
        for (int k = 1; !x.IsZero; k += 2, x = Multiply(x, square))
        {
            sum += x / k;
        }

        return sum;
    }

    /// <summary>arctan(1 / n).</summary>
    private static BigInteger ArcTan(int n)
    {
        BigInteger power = s_one / n;
        BigInteger sum = BigInteger.Zero;
        for (int k = 1; !power.IsZero; k += 2, power /= -(n * n))
        {
            sum += power / k;
        }

        return sum;
    }

    /// <summary>|value − exact · 2ⁿ| in units of the spacing of doubles at exact · 2ⁿ.</summary>
    private static double Error(double value, BigInteger exact, int n = 0)
    {
        int spacing = Math.Max((int)BigInteger.Abs(exact).GetBitLength() - Bits - DoubleBits, SmallestExponent - n);
        BigInteger difference = BigInteger.Abs(Of(value, -n) - exact);
        return (double)Scale(difference, 32 - (Bits + spacing)) / (1L << 32);
    }

    /// <summary>value · 2^shift.</summary>
    private static BigInteger Of(double value, int shift = 0)
    {
        long bits = BitConverter.DoubleToInt64Bits(value);
        int field = (int)(bits >> 52) & 0x7FF;
        long mantissa = (bits & ((1L << 52) - 1)) | (field == 0 ? 0 : 1L << 52);
        return Scale(value < 0 ? -mantissa : mantissa, Math.Max(field, 1) - 1075 + Bits + shift);
    }

    private static BigInteger Scale(BigInteger value, int exponent) => exponent >= 0 ? value << exponent : value >> -exponent;

    private static BigInteger Multiply(BigInteger a, BigInteger b) => (a * b) / s_one;
}
