using System.Runtime.CompilerServices;

namespace PatchMoE.Kernels;

/// <content>The exponential function.</content>
public static partial class StrictMath
{
    private const int Steps = 32;
    private const int StepBits = 5;

    /// <summary>2^(i/32), correctly rounded.</summary>
    private static ReadOnlySpan<double> Powers =>
    [
        1.0, 1.0218971486541166, 1.0442737824274138, 1.0671404006768237, 1.0905077326652577, 1.1143867425958924, 1.1387886347566916, 1.1637248587775775,
        1.189207115002721, 1.215247359980469, 1.241857812073484, 1.2690509571917332, 1.2968395546510096, 1.3252366431597413, 1.3542555469368927, 1.383909881963832,
        1.4142135623730951, 1.4451808069770467, 1.4768261459394993, 1.5091644275934228, 1.5422108254079407, 1.5759808451078865, 1.6104903319492543, 1.645755478153965,
        1.681792830507429, 1.718619298122478, 1.7562521603732995, 1.7947090750031072, 1.8340080864093424, 1.8741676341103, 1.9152065613971474, 1.9571441241754002,
    ];

    /// <summary>e^x, within 0.502 ulp, denormal results included; ∞ where it overflows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Exp(float x)
    {
        // Far beyond what a float can hold, but not a double: the last conversion overflows to ∞, underflows to 0 and rounds denormal results.
        if (!(MathF.Abs(x) <= 700))
        {
            return x > 0 ? float.PositiveInfinity : x < 0 ? 0 : x;
        }

        // e^x = 2^(k/32) · 2^(r/32) with an integer k and |r| ≤ ½.
        double z = x * (Steps / 0.6931471805599453);
        double shifted = z + RoundingShift;
        double r = z - (shifted - RoundingShift);

        // The low bits of k choose from the table, the others are added to the exponent.
        long k = BitConverter.DoubleToInt64Bits(shifted);
        long power = BitConverter.DoubleToInt64Bits(Powers[(int)k & (Steps - 1)]) + ((k >> StepBits) << MantissaBits);

        // 2^(r/32): the cubic with the value 1 at 0 and the least relative error, 9.9e-11 (by Remez' algorithm).
        double rest = 1 + (r * 0.021660849396613144) + (r * r * (0.00023459809789523354 + (r * 1.6938359250582218e-06)));
        return (float)(rest * BitConverter.Int64BitsToDouble(power));
    }

    /// <summary>e^x, within 0.8 ulp, denormal results included; ∞ where it overflows.</summary>
    public static double Exp(double x)
    {
        // e^746 is beyond the largest double, e^−746 below half the smallest.
        if (!(Math.Abs(x) <= 746))
        {
            return x > 0 ? double.PositiveInfinity : x < 0 ? 0 : x;
        }

        // e^x = 2^n · e^r with |r| ≤ ½ ln 2 and r = x − n·ln 2 = high − low; rest is what rounding r cuts off (Cody and Waite, 1980).
        double n = (x * 1.4426950408889634) + RoundingShift - RoundingShift;
        double high = x - (n * Ln2High);
        double low = n * Ln2Low;
        double r = high - low;
        double rest = high - r - low;

        // e^r = 1 + r + r²·series by Taylor. 1 + r is split into two doubles, so that only small terms add rounding errors to that of the last sum.
        double series = 1.0 / 6227020800;
        series = (series * r) + (1.0 / 479001600);
        series = (series * r) + (1.0 / 39916800);
        series = (series * r) + (1.0 / 3628800);
        series = (series * r) + (1.0 / 362880);
        series = (series * r) + (1.0 / 40320);
        series = (series * r) + (1.0 / 5040);
        series = (series * r) + (1.0 / 720);
        series = (series * r) + (1.0 / 120);
        series = (series * r) + (1.0 / 24);
        series = (series * r) + (1.0 / 6);
        series = (series * r) + 0.5;
        double onePlusR = 1 + r;
        double power = onePlusR + (r - (onePlusR - 1) + (rest + (r * r * series)));

        // 2^n itself may overflow, or be denormal, where the result is not; in halves, only the last product rounds.
        int exponent = (int)n;
        int half = exponent >> 1;
        return power * PowerOfTwo(half) * PowerOfTwo(exponent - half);
    }
}
