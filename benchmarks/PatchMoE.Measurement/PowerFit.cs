namespace PatchMoE.Measurement;

/// <summary>A power law y = a·xᵖ through measured points.</summary>
/// <param name="Exponent">p.</param>
/// <param name="Factor">a.</param>
internal sealed record PowerFit(double Exponent, double Factor)
{
    /// <summary>Fits by least squares of log y against log x.</summary>
    /// <param name="points">At least two different x; all values &gt; 0.</param>
    /// <exception cref="ArgumentException">There are not two different x, or a value is not above 0.</exception>
    public static PowerFit Of(IReadOnlyList<(double X, double Y)> points)
    {
        if (points.Any(point => !(point.X > 0) || !(point.Y > 0)))
        {
            throw new ArgumentException("A power law goes through positive values only.", nameof(points));
        }

        if (points.Select(point => point.X).Distinct().Count() < 2)
        {
            throw new ArgumentException("A power law needs points at two different x at least.", nameof(points));
        }

        double meanX = points.Average(point => Math.Log(point.X));
        double meanY = points.Average(point => Math.Log(point.Y));
        double covariance = points.Sum(point => (Math.Log(point.X) - meanX) * (Math.Log(point.Y) - meanY));
        double variance = points.Sum(point => Math.Pow(Math.Log(point.X) - meanX, 2));
        double exponent = covariance / variance;
        return new PowerFit(exponent, Math.Exp(meanY - (exponent * meanX)));
    }
}
