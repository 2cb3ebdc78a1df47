namespace PatchMoE.Tests;

public sealed class AxisTests
{
    [TestCase(3, 70, new[] { 2.0, 5, 10, 20, 50, 100 })]
    [TestCase(100, 100, new[] { 100.0, 200 })]
    [TestCase(0.004, 0.02, new[] { 0.002, 0.005, 0.01, 0.02 })]
    [TestCase(1, 1e6, new[] { 1.0, 10, 100, 1e3, 1e4, 1e5, 1e6 })]
    [TestCase(1, 1e20, new[] { 1.0, 1e3, 1e6, 1e9, 1e12, 1e15, 1e18 })]
    public void LogarithmicTicks_AreRound(double low, double high, double[] ticks)
    {
        var axis = new LogarithmicAxis(low, high);
        Assert.That(axis.Ticks, Is.EqualTo(ticks));
        Assert.That(axis.Share(low), Is.GreaterThanOrEqualTo(-1e-12));
        Assert.That(axis.Share(high), Is.LessThanOrEqualTo(1 + 1e-12));
        Assert.That(axis.Share(Math.Sqrt(low * high)), Is.EqualTo((axis.Share(low) + axis.Share(high)) / 2).Within(1e-12));
    }

    [TestCase(0, 1)]
    [TestCase(-1, 1)]
    [TestCase(double.NaN, 1)]
    [TestCase(1, double.PositiveInfinity)]
    public void LogarithmicAxes_TakePositiveValues(double low, double high) =>
        Assert.That(() => new LogarithmicAxis(low, high), Throws.TypeOf<ArgumentOutOfRangeException>());

    [Test]
    public void ATickAtZero_IsZero() =>
        Assert.That(new LinearAxis(-0.3, 0.3).Ticks.Select(new LinearAxis(-0.3, 0.3).Text), Is.EqualTo(new[] { "−0.4", "−0.2", "0.0", "0.2", "0.4" }));

    [TestCase(0, "0")]
    [TestCase(1000, "1000")]
    [TestCase(-1234.5, "−1234.5")]
    [TestCase(12345.678, "12,345.7")]
    [TestCase(0.1 + 0.2, "0.3")]
    [TestCase(0.00123456789, "0.00123457")]
    [TestCase(999999, "999,999")]
    [TestCase(1e6, "10⁶")]
    [TestCase(9.9999e6, "10⁷")]
    [TestCase(-2.5e-12, "−2.5·10⁻¹²")]
    [TestCase(double.NaN, "NaN")]
    public void Numbers_AreWrittenAsPeopleReadThem(double value, string text) => Assert.That(NumberText.Of(value), Is.EqualTo(text));

    [TestCase(7, "7")]
    [TestCase(9999, "9999")]
    [TestCase(1234567890, "1,234,567,890")]
    public void Counts_AreWrittenInFull(double value, string text) => Assert.That(NumberText.Count(value), Is.EqualTo(text));
}
