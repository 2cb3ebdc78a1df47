namespace PatchMoE.Tests;

public sealed class PowerFitTests
{
    [TestCase(1.0, 3.0)]
    [TestCase(0.0, 2.0)]
    [TestCase(-0.5, 7.0)]
    [TestCase(2.25, 0.001)]
    public void APowerLaw_IsFoundAgain(double exponent, double factor)
    {
        (double, double)[] points = [.. new double[] { 1, 2, 4, 8, 16 }.Select(x => (x, factor * Math.Pow(x, exponent)))];
        PowerFit fit = PowerFit.Of(points);
        Assert.That(fit.Exponent, Is.EqualTo(exponent).Within(1e-12));
        Assert.That(fit.Factor, Is.EqualTo(factor).Within(1e-12 * factor));
    }

    /// <summary>Least squares by hand: log₂ x = 0, 1, 2 and log₂ y = 0, 2, 1 give the slope ½ and the mean 1 at 1.</summary>
    [Test]
    public void ScatteredPoints_AreFittedByLeastSquaresOfLogarithms()
    {
        PowerFit fit = PowerFit.Of([(1, 1), (2, 4), (4, 2)]);
        Assert.That(fit.Exponent, Is.EqualTo(0.5).Within(1e-12));
        Assert.That(fit.Factor, Is.EqualTo(Math.Sqrt(2)).Within(1e-12));
    }

    [Test]
    public void OneX_OrAValueThatIsNotPositive_IsRefused()
    {
        Assert.That(() => PowerFit.Of([(2, 1), (2, 3)]), Throws.ArgumentException.With.Message.Contains("two different x"));
        Assert.That(() => PowerFit.Of([(1, 1), (2, 0)]), Throws.ArgumentException.With.Message.Contains("positive"));
        Assert.That(() => PowerFit.Of([(1, 1), (2, double.NaN)]), Throws.ArgumentException);
    }
}
