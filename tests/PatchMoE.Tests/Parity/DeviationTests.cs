namespace PatchMoE.Tests.Parity;

/// <summary>The measure that all parity tests rely on.</summary>
public class DeviationTests
{
    [Test]
    public void ValuesWithinTheTolerance_Hold() => Assert.That(Deviation.Of([1f, 2.00019f], [1, 2]).Holds);

    [Test]
    public void AValueBeyondTheTolerance_DoesNotHold()
    {
        Deviation deviation = Deviation.Of([1f, 1.0003f, 2f], [1, 1, 2]);
        Assert.That((deviation.Holds, deviation.Worst), Is.EqualTo((false, 1)));
    }

    /// <summary>A NaN fails wherever it is, also before values that agree.</summary>
    [Test]
    public void ANaN_DoesNotHold([Values(0, 1, 2)] int at)
    {
        float[] actual = [1, 2, 3];
        actual[at] = float.NaN;
        Deviation deviation = Deviation.Of(actual, [1, 2, 3]);
        Assert.That((deviation.Holds, deviation.Worst), Is.EqualTo((false, at)));
    }

    [Test]
    public void AnInfinity_DoesNotHold() => Assert.That(Deviation.Of([1f, float.PositiveInfinity], [1, 2]).Holds, Is.False);
}
