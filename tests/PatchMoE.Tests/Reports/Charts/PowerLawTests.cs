namespace PatchMoE.Tests;

public sealed class PowerLawTests
{
    [TestCase(1.0, 3.0)]
    [TestCase(0.0, 2.0)]
    [TestCase(-0.5, 7.0)]
    [TestCase(2.25, 0.001)]
    public void APowerLaw_IsFoundAgain(double exponent, double factor)
    {
        (double, double)[] points = [.. new double[] { 1, 2, 4, 8, 16 }.Select(x => (x, factor * Math.Pow(x, exponent)))];
        PowerLaw fit = PowerLaw.Fit(points);
        Assert.That(fit.Exponent, Is.EqualTo(exponent).Within(1e-12));
        Assert.That(fit.Factor, Is.EqualTo(factor).Within(1e-12 * factor));
    }

    /// <summary>Least squares by hand: log₂ x = 0, 1, 2 and log₂ y = 0, 2, 1 give the slope ½ and the mean 1 at 1.</summary>
    [Test]
    public void ScatteredPoints_AreFittedByLeastSquaresOfLogarithms()
    {
        PowerLaw fit = PowerLaw.Fit([(1, 1), (2, 4), (4, 2)]);
        Assert.That(fit.Exponent, Is.EqualTo(0.5).Within(1e-12));
        Assert.That(fit.Factor, Is.EqualTo(Math.Sqrt(2)).Within(1e-12));
    }

    /// <summary>The same points by hand: residuals −½, 1, −½ in log₂ make 3/2 for one degree of freedom, and Σ(x − x̄)² = 2.</summary>
    [Test]
    public void TheExponentsError_IsThatOfTheSlope()
    {
        Assert.That(PowerLaw.Fit([(1, 1), (2, 4), (4, 2)]).ExponentError, Is.EqualTo(Math.Sqrt(0.75)).Within(1e-12));
        Assert.That(PowerLaw.Fit([(1, 2), (2, 4), (4, 8)]).ExponentError, Is.EqualTo(0).Within(1e-12));
        Assert.That(PowerLaw.Fit([(1, 2), (2, 4)]).ExponentError, Is.Null, "two points leave no degree of freedom");
    }

    [Test]
    public void At_IsTheFittedValue() => Assert.That(new PowerLaw(2, 3).At(5), Is.EqualTo(75).Within(1e-12));

    [Test]
    public void OneX_OrAValueThatIsNotPositive_IsRefused()
    {
        Assert.That(() => PowerLaw.Fit([(2, 1), (2, 3)]), Throws.ArgumentException.With.Message.Contains("two different x"));
        Assert.That(() => PowerLaw.Fit([(1, 1), (2, 0)]), Throws.ArgumentException.With.Message.Contains("positive"));
        Assert.That(() => PowerLaw.Fit([(1, 1), (2, double.NaN)]), Throws.ArgumentException);
        Assert.That(() => PowerLaw.Fit([(1, 1), (2, double.PositiveInfinity)]), Throws.ArgumentException);
    }
}
