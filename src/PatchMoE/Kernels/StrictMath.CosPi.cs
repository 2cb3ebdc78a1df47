namespace PatchMoE.Kernels;

/// <content>The cosine.</content>
public static partial class StrictMath
{
    /// <summary>cos(π·x), within 2 ulp; exact where x is a multiple of ½.</summary>
    internal static double CosPi(double x)
    {
        // All of these differences are exact. x is then in [0, 1], and the arguments of the series are at most π/4.
        x = Math.Abs(x - (2 * Math.Round(x * 0.5)));
        return x <= 0.25 ? Cosine(Math.PI * x) : x < 0.75 ? Sine(Math.PI * (0.5 - x)) : -Cosine(Math.PI * (1 - x));
    }

    private static double Sine(double x)
    {
        double z = x * x;
        double series = 1.0 / 355687428096000;
        series = (series * z) - (1.0 / 1307674368000);
        series = (series * z) + (1.0 / 6227020800);
        series = (series * z) - (1.0 / 39916800);
        series = (series * z) + (1.0 / 362880);
        series = (series * z) - (1.0 / 5040);
        series = (series * z) + (1.0 / 120);
        series = (series * z) - (1.0 / 6);
        return x + (x * z * series);
    }

    private static double Cosine(double x)
    {
        double z = x * x;
        double series = 1.0 / 20922789888000;
        series = (series * z) - (1.0 / 87178291200);
        series = (series * z) + (1.0 / 479001600);
        series = (series * z) - (1.0 / 3628800);
        series = (series * z) + (1.0 / 40320);
        series = (series * z) - (1.0 / 720);
        series = (series * z) + (1.0 / 24);
        return 1 - ((0.5 * z) - (z * z * series));
    }
}
