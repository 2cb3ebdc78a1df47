namespace PatchMoE.Kernels;

/// <content>The natural logarithm.</content>
public static partial class StrictMath
{
    private const double SmallestNormal = 2.2250738585072014e-308;

    /// <summary>The natural logarithm, within 0.9 ulp; −∞ at 0, NaN below.</summary>
    public static double Log(double x)
    {
        if (!(x > 0 && x < double.PositiveInfinity))
        {
            return x == 0 ? double.NegativeInfinity : x < 0 ? double.NaN : x;
        }

        int exponent = -ExponentBias;
        if (x < SmallestNormal)
        {
            // The leading bit of a denormal number is not implied by its exponent: scale it by 2^54.
            x *= 18014398509481984.0;
            exponent -= 54;
        }

        // x = 2^exponent · (1 + f) with 1 + f between √½ and √2.
        long bits = BitConverter.DoubleToInt64Bits(x);
        exponent += (int)(bits >> MantissaBits);
        double mantissa = BitConverter.Int64BitsToDouble((bits & MantissaMask) | ((long)ExponentBias << MantissaBits));
        if (mantissa > 1.4142135623730951)
        {
            mantissa *= 0.5;
            exponent++;
        }

        // log(1 + f) = 2·artanh(s) = 2s + s·z·series with s = f / (2 + f) and z = s², where 2s = f − f²/2 + s·f²/2: f is exact, and the rest is small.
        double f = mantissa - 1;
        double s = f / (2 + f);
        double z = s * s;
        double series = 2.0 / 23;
        series = (series * z) + (2.0 / 21);
        series = (series * z) + (2.0 / 19);
        series = (series * z) + (2.0 / 17);
        series = (series * z) + (2.0 / 15);
        series = (series * z) + (2.0 / 13);
        series = (series * z) + (2.0 / 11);
        series = (series * z) + (2.0 / 9);
        series = (series * z) + (2.0 / 7);
        series = (series * z) + (2.0 / 5);
        series = (series * z) + (2.0 / 3);
        double halfSquare = 0.5 * f * f;
        double correction = (s * (halfSquare + (series * z))) + (exponent * Ln2Low);
        return (exponent * Ln2High) - (halfSquare - correction - f);
    }

    /// <summary>log(1 + x) for 0 ≤ x ≤ 1, within 1.5 ulp however small x is.</summary>
    public static double LogP1(double x)
    {
        double sum = 1 + x;

        // The second term makes up for what rounding the sum cut off.
        return Log(sum) + ((x - (sum - 1)) / sum);
    }
}
