namespace PatchMoE.Reports.Charts;

/// <summary>A power law y = a·xᵖ through measured points: a straight line where both axes are logarithmic.</summary>
/// <param name="Exponent">p.</param>
/// <param name="Factor">a.</param>
/// <param name="ExponentError">The standard error of p, from the points' distances to the line; null for two points, which have none.</param>
internal sealed record PowerLaw(double Exponent, double Factor, double? ExponentError = null)
{
    /// <summary>Fits by least squares of log y against log x.</summary>
    /// <param name="points">At least two different x; all values finite and &gt; 0.</param>
    /// <exception cref="ArgumentException">There are not two different x, or a value is not above 0.</exception>
    public static PowerLaw Fit(IReadOnlyList<(double X, double Y)> points)
    {
        if (points.Any(point => !IsPositive(point.X) || !IsPositive(point.Y)))
        {
            throw new ArgumentException("A power law goes through finite positive values only.", nameof(points));
        }

        if (points.Select(point => point.X).Distinct().Count() < 2)
        {
            throw new ArgumentException("A power law needs points at two different x at least.", nameof(points));
        }

        double meanX = points.Average(point => Math.Log(point.X));
        double meanY = points.Average(point => Math.Log(point.Y));
        double covariance = points.Sum(point => (Math.Log(point.X) - meanX) * (Math.Log(point.Y) - meanY));
        double variance = points.Sum(point => Square(Math.Log(point.X) - meanX));
        double exponent = covariance / variance;
        double residuals = points.Sum(point => Square(Math.Log(point.Y) - meanY - (exponent * (Math.Log(point.X) - meanX))));
        double? error = points.Count > 2 ? Math.Sqrt(residuals / (points.Count - 2) / variance) : null;
        return new PowerLaw(exponent, Math.Exp(meanY - (exponent * meanX)), error);
    }

    /// <summary>y at x.</summary>
    public double At(double x) => Factor * Math.Pow(x, Exponent);

    private static bool IsPositive(double value) => value > 0 && double.IsFinite(value);

    private static double Square(double value) => value * value;
}
