using PatchMoE.Cli.Reproductions;

namespace PatchMoE.Tests.Reproductions;

/// <summary>The needed N and its growth, on made-up values.</summary>
public sealed class NeededSamplesTests
{
    [Test]
    public void LiesBetweenTheLastValueBelowAndTheFirstAbove_OnALogarithmicScale()
    {
        Assert.That(NeededSamples.Of([(10, 0), (40, 1), (80, 1)], 0.5).Value, Is.EqualTo(20).Within(1e-9));
        Assert.That(NeededSamples.Of([(10, 0.2), (100, 0.6)], 0.3).Value, Is.EqualTo(Math.Pow(10, 1.25)).Within(1e-9));
        Assert.That(NeededSamples.Of([(10, 0.2), (100, 0.5)], 0.5).Value, Is.EqualTo(100).Within(1e-9));
    }

    [Test]
    public void ALuckySmallN_DoesNotCount() =>
        Assert.That(NeededSamples.Of([(10, 0), (20, 0.9), (40, 0), (160, 1)], 0.5).Value, Is.EqualTo(80).Within(1e-9));

    [Test]
    public void OutsideTheMeasuredN_ItIsABound()
    {
        NeededSamples below = NeededSamples.Of([(10, 0.8), (20, 1)], 0.5);
        NeededSamples above = NeededSamples.Of([(10, 1), (20, 0.4)], 0.5);
        Assert.That((below.Value, below.Text), Is.EqualTo(((double?)null, "< 10")));
        Assert.That((above.Value, above.Text), Is.EqualTo(((double?)null, "> 20")));
        Assert.That(NeededSamples.Of([], 0.5).Text, Is.EqualTo("–"));
    }

    [Test]
    public void Growth_IsThePowerLawThroughWhatLiesWithin()
    {
        var growth = Growth.Of([(1, new NeededSamples(null, "< 10")), .. new[] { 2, 4, 8 }.Select(l => (l, new NeededSamples(3.0 * l * l, "")))]);
        Assert.That(growth.Points, Has.Count.EqualTo(3));
        Assert.That(growth.Fit!.Exponent, Is.EqualTo(2).Within(1e-9));
        Assert.That(growth.Fit.ExponentError, Is.EqualTo(0).Within(1e-7));
        Assert.That(growth.Text, Is.EqualTo("2.00 ± 0.00"));
        Assert.That(growth.Finding("the needed N", "l"), Does.StartWith("the needed N grows with l to the power 2.00"));
    }

    [Test]
    public void Growth_OfTwoPoints_HasNoExponent()
    {
        var growth = Growth.Of([(2, new NeededSamples(10, "10")), (4, new NeededSamples(20, "20")), (8, new NeededSamples(null, "> 20"))]);
        Assert.That(growth.Fit, Is.Null);
        Assert.That(growth.Finding("the needed N", "l"), Does.Contain("has no exponent").And.Contain("2 settings"));
    }

    [Test]
    public void Growth_WithinTwoStandardErrorsOfNone_IsNotCalledGrowth()
    {
        var growth = Growth.Of(new[] { (2, 20.0), (4, 30), (8, 18), (16, 26) }.Select(point => (point.Item1, new NeededSamples(point.Item2, ""))));
        Assert.That(growth.Fit!.Exponent, Is.LessThan(2 * growth.Fit.ExponentError!.Value));
        Assert.That(growth.Finding("the needed N", "l"), Does.StartWith("no growth of the needed N with l is measured"));
    }

    [Test]
    public void Chance_IsThatOfTheClassesExpert_OrOfAny()
    {
        Assert.That(SpuriousResult.Chance(EmbeddedSpecs.Read("mnist-separate").Model), Is.EqualTo(2.0 / 16).Within(1e-12));
        Assert.That(SpuriousResult.Chance(EmbeddedSpecs.Read("mnist-joint").Model), Is.EqualTo(1 - Math.Pow(10.0 / 16, 8)).Within(1e-12));
    }
}
