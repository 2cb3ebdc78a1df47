namespace PatchMoE.Tests;

public class NormalQuantileTests
{
    // Solved for these doubles with 60 digits (mpmath, Halley's method on Φ).
    [TestCase(1e-300, -37.0470962993611992)]
    [TestCase(1e-100, -21.2734535609653243)]
    [TestCase(1e-12, -7.03448382530113193)]
    [TestCase(1.1641532182693481e-10, -6.33795775455378925)]
    [TestCase(1e-6, -4.75342430882289896)]
    [TestCase(0.001, -3.09023230616781354)]
    [TestCase(0.025, -1.95996398454005421)]
    [TestCase(0.0749999, -1.43953217737590059)]
    [TestCase(0.075, -1.43953147093845593)]
    [TestCase(0.0750001, -1.43953076450172969)]
    [TestCase(0.3, -0.524400512708040816)]
    [TestCase(0.49, -0.025068908258711058)]
    [TestCase(0.5, 0)]
    [TestCase(0.50000000011641532, 2.91809937291662267e-10)]
    [TestCase(0.75, 0.674489750196081743)]
    [TestCase(0.925, 1.43953147093845623)]
    [TestCase(0.9250001, 1.43953217737590049)]
    [TestCase(0.975, 1.95996398454005386)]
    [TestCase(0.9999, 3.71901648545570839)]
    [TestCase(0.99999999988358468, 6.33795775455378925)]
    public void QuantilesAreExactTo14Digits(double p, double x) =>
        Assert.That(NormalQuantile.Of(p), Is.EqualTo(x).Within(1e-14 * Math.Abs(x)));

    [Test]
    public void QuantilesAreOddAroundAHalf()
    {
        for (int i = 1; i < 512; i++)
        {
            double p = i / 1024.0;
            Assert.That(NormalQuantile.Of(1 - p), Is.EqualTo(-NormalQuantile.Of(p)));
        }
    }
}
