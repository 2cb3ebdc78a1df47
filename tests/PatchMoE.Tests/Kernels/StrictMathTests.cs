using PatchMoE.Kernels;

namespace PatchMoE.Tests.Kernels;

/// <summary>The elementary functions: their stated errors, their order, and where they overflow, underflow or are undefined.</summary>
[TestFixture]
internal sealed class StrictMathTests
{
    private const double Ln2 = 0.6931471805599453;
    private const double SqrtOf2 = 1.4142135623730951;

    [Test]
    public void ExpOfSingles_IsWithinItsStatedError()
    {
        // A prime stride meets both signs and every exponent.
        for (long bits = 0; bits <= uint.MaxValue; bits += 8191)
        {
            CheckSingle(BitConverter.UInt32BitsToSingle((uint)bits));
        }
    }

    [Test]
    public void ExpOfSingles_IsWithinItsStatedErrorWhereResultsAreNeither0NorInfinite()
    {
        for (int i = -110_000; i <= 90_000; i++)
        {
            CheckSingle(i * 0.001f);
        }
    }

    [Test]
    public void ExpOfSingles_NeverFalls()
    {
        // Within a step of the table the cubic decides; where two steps meet, it is left at one end and entered at the other.
        for (int k = -151 * 32; k <= 128 * 32; k++)
        {
            int middle = BitConverter.SingleToInt32Bits((float)((k + 0.5) * Ln2 / 32));
            float[] around = [.. Enumerable.Range(middle - 20, 40).Select(BitConverter.Int32BitsToSingle).Order()];
            Assert.That(around.Select(StrictMath.Exp), Is.Ordered, $"around {k + 0.5}·ln 2 / 32");
        }
    }

    [Test]
    public void Exp_IsWithinItsStatedError() => Check(
        0.8,
        x => FixedPoint.ErrorOfExp(StrictMath.Exp(x), x),
        [
            .. Uniform(-745.13, 709.78), .. Uniform(-745.13, -708), .. Uniform(-1, 1), .. Powers(-60, 0), .. Powers(-60, 0).Select(x => -x),
            .. Enumerable.Range(-1075, 2099).SelectMany(n => Neighbours((n + 0.5) * Ln2)),
        ]);

    [Test]
    public void Log_IsWithinItsStatedError() => Check(
        0.9,
        x => FixedPoint.ErrorOfLog(StrictMath.Log(x), x),
        [
            .. Powers(-1074, 1024), .. Powers(-1074, -1022), .. Uniform(0.5, 2), .. Uniform(1, 20), .. Powers(-50, -2).Select(x => 1 + x), .. Powers(-50, -2).Select(x => 1 - x),
            .. Enumerable.Range(-20, 40).SelectMany(n => Neighbours(Math.ScaleB(SqrtOf2, n))),
        ]);

    [Test]
    public void LogP1_IsWithinItsStatedError() => Check(
        1.5,
        x => FixedPoint.ErrorOfLogP1(StrictMath.LogP1(x), x),
        [.. Uniform(0, 1), .. Powers(-200, 0), .. Neighbours(SqrtOf2 - 1)]);

    [Test]
    public void CosPi_IsWithinItsStatedError() => Check(
        2,
        x => FixedPoint.ErrorOfCosPi(StrictMath.CosPi(x), x),
        [.. Uniform(0, 1), .. Powers(-200, 0), .. Powers(-50, -2).Select(x => 0.5 + x), .. Powers(-50, -2).Select(x => 0.5 - x), .. Neighbours(0.25), .. Neighbours(0.75)]);

    /// <summary>The oracle itself: it sees an error of one ulp, and knows what is known.</summary>
    [Test]
    public void FixedPoint_MeasuresInUlps()
    {
        double e = Math.E;
        Assert.That(FixedPoint.ErrorOfExp(e, 1), Is.LessThanOrEqualTo(0.5));
        Assert.That(FixedPoint.ErrorOfExp(Math.BitIncrement(Math.BitIncrement(e)), 1), Is.EqualTo(2).Within(0.5));
        Assert.That(FixedPoint.ErrorOfExp(double.Epsilon, -745), Is.LessThan(0.5));
        Assert.That(FixedPoint.ErrorOfExp(2 * double.Epsilon, -745), Is.EqualTo(1).Within(0.5));
        Assert.That(FixedPoint.ErrorOfLog(Ln2, 2), Is.LessThanOrEqualTo(0.5));
        Assert.That(FixedPoint.ErrorOfLog(Math.BitDecrement(Ln2), 2), Is.EqualTo(1).Within(0.5));
        Assert.That(FixedPoint.ErrorOfLogP1(Ln2, 1), Is.LessThanOrEqualTo(0.5));
        Assert.That(FixedPoint.ErrorOfCosPi(-1, 1), Is.LessThan(1e-9));
        Assert.That(FixedPoint.ErrorOfCosPi(SqrtOf2 / 2, 0.25), Is.LessThanOrEqualTo(0.5));
    }

    [TestCase(0f, 1f)]
    [TestCase(-0f, 1f)]
    [TestCase(float.Epsilon, 1f)]
    [TestCase(88.72283f, 3.4027985E+38f)]
    [TestCase(88.72284f, float.PositiveInfinity)]
    [TestCase(700f, float.PositiveInfinity)]
    [TestCase(1e30f, float.PositiveInfinity)]
    [TestCase(float.PositiveInfinity, float.PositiveInfinity)]
    [TestCase(-103.27893f, float.Epsilon)]
    [TestCase(-103.97208f, float.Epsilon)]
    [TestCase(-103.97209f, 0f)]
    [TestCase(-700f, 0f)]
    [TestCase(-1e30f, 0f)]
    [TestCase(float.NegativeInfinity, 0f)]
    [TestCase(float.NaN, float.NaN)]
    public void ExpOfSingles_AtTheEdges(float x, float expected) => Assert.That(StrictMath.Exp(x), Is.EqualTo(expected));

    [TestCase(0.0, 1.0)]
    [TestCase(-0.0, 1.0)]
    [TestCase(double.Epsilon, 1.0)]
    [TestCase(709.782712893384, 1.7976931348622732E+308)]
    [TestCase(709.7827128933841, double.PositiveInfinity)]
    [TestCase(746.0, double.PositiveInfinity)]
    [TestCase(1e300, double.PositiveInfinity)]
    [TestCase(double.PositiveInfinity, double.PositiveInfinity)]
    [TestCase(-744.44, double.Epsilon)]
    [TestCase(-745.14, 0.0)]
    [TestCase(-746.0, 0.0)]
    [TestCase(-1e300, 0.0)]
    [TestCase(double.NegativeInfinity, 0.0)]
    [TestCase(double.NaN, double.NaN)]
    public void Exp_AtTheEdges(double x, double expected) => Assert.That(StrictMath.Exp(x), Is.EqualTo(expected));

    [TestCase(1.0, 0.0)]
    [TestCase(0.0, double.NegativeInfinity)]
    [TestCase(-0.0, double.NegativeInfinity)]
    [TestCase(-1.0, double.NaN)]
    [TestCase(double.NegativeInfinity, double.NaN)]
    [TestCase(double.PositiveInfinity, double.PositiveInfinity)]
    [TestCase(double.NaN, double.NaN)]
    [TestCase(double.Epsilon, -744.4400719213812)]
    [TestCase(double.MaxValue, 709.782712893384)]
    public void Log_AtTheEdges(double x, double expected) => Assert.That(StrictMath.Log(x), Is.EqualTo(expected));

    [TestCase(0.0, 0.0)]
    [TestCase(double.Epsilon, double.Epsilon)]
    [TestCase(double.NaN, double.NaN)]
    public void LogP1_AtTheEdges(double x, double expected) => Assert.That(StrictMath.LogP1(x), Is.EqualTo(expected));

    [TestCase(0.0, 1.0)]
    [TestCase(0.5, 0.0)]
    [TestCase(1.0, -1.0)]
    [TestCase(-1.5, 0.0)]
    [TestCase(7.0, -1.0)]
    [TestCase(1e300, 1.0)]
    [TestCase(double.NaN, double.NaN)]
    [TestCase(double.PositiveInfinity, double.NaN)]
    public void CosPi_AtMultiplesOfAHalf(double x, double expected) => Assert.That(StrictMath.CosPi(x), Is.EqualTo(expected));

    [TestCase(0.999, 0, 1)]
    [TestCase(0.5, 1, 0.5)]
    [TestCase(-2, 5, -32)]
    [TestCase(3, 13, 1594323)]
    [TestCase(0.1, int.MaxValue, 0)]
    public void Pow_MultipliesOut(double x, int n, double expected) => Assert.That(StrictMath.Pow(x, n), Is.EqualTo(expected));

    /// <summary>Against the double, which has 29 bits more.</summary>
    private static void CheckSingle(float x)
    {
        double exact = Math.Exp(x);
        float result = StrictMath.Exp(x);
        double ulp = Math.ScaleB(1, Math.Max(Math.ILogB(exact) - 23, -149));
        bool isRight = Math.Abs(x) < 110 && exact < float.MaxValue ? Math.Abs(result - exact) < 0.502 * ulp : result.Equals((float)exact);
        if (!isRight)
        {
            Assert.Fail($"exp {x:R} is {exact:R}, not {result:R}.");
        }
    }

    private static void Check(double ulps, Func<double, double> error, double[] values)
    {
        foreach (double x in values)
        {
            Assert.That(error(x), Is.LessThan(ulps), $"x = {x:R}");
        }
    }

    private static IEnumerable<double> Uniform(double from, double to) =>
        Enumerable.Range(0, 500).Select(i => from + ((to - from) * CounterRandom.ForName(1, "uniform").Uniform((ulong)i)));

    private static IEnumerable<double> Powers(double from, double to) => Uniform(from, to).Select(exponent => Math.Pow(2, exponent));

    private static IEnumerable<double> Neighbours(double x) => [Math.BitDecrement(x), x, Math.BitIncrement(x)];
}
