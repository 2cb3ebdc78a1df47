using PatchMoE.Kernels;

namespace PatchMoE.Tests.Kernels;

/// <summary>The auxiliary losses from totals, and their factors against differences of the losses.</summary>
[TestFixture]
internal sealed class AuxiliaryLossesTests
{
    private const int Experts = 3;

    /// <summary>Of 10 patches with two choices each: Σ_j p, choices, Σ_j lse², N.</summary>
    private static readonly double[] s_totals = [5, 3, 2, 12, 5, 3, 40, 10];

    [Test]
    public void Switch_IsTheWeightedSumOfSharesAndMeans()
    {
        var factors = new double[Experts + 1];
        double loss = AuxiliaryLosses.Switch(ref Totals()[0], Experts, 0.1, ref factors[0]);
        Assert.That(loss, Is.EqualTo(0.1 * 3 * ((0.6 * 0.5) + (0.25 * 0.3) + (0.15 * 0.2))).Within(1e-15));
        Assert.That(factors[..Experts], Is.EqualTo(new[] { 0.018, 0.0075, 0.0045 }).Within(1e-15));
    }

    [Test]
    public void Importance_IsTheSquaredCoefficientOfVariation()
    {
        var factors = new double[Experts + 1];
        double loss = AuxiliaryLosses.Importance(ref Totals()[0], Experts, 0.5, ref factors[0]);
        double mean = 10.0 / 3;
        double variance = new[] { 5.0, 3, 2 }.Average(value => (value - mean) * (value - mean));
        Assert.That(loss, Is.EqualTo(0.5 * variance / (mean * mean)).Within(1e-15));

        // Along what a softmax can change: more of one expert is less of another.
        const double step = 1e-4;
        double[] moved = Totals();
        (moved[0], moved[1]) = (moved[0] + step, moved[1] - step);
        double difference = AuxiliaryLosses.Importance(ref moved[0], Experts, 0.5, ref (new double[Experts + 1])[0]) - loss;
        Assert.That(factors[0] - factors[1], Is.EqualTo(difference / step).Within(1e-4));
    }

    [Test]
    public void Z_IsTheMeanSquare()
    {
        var factors = new double[Experts + 1];
        Assert.That(AuxiliaryLosses.Z(ref Totals()[0], Experts, 0.01, ref factors[0]), Is.EqualTo(0.04).Within(1e-15));
        Assert.That(factors[Experts], Is.EqualTo(0.002).Within(1e-15));
    }

    [Test]
    public void ABatchWithoutPatches_HasNone()
    {
        var totals = new double[(2 * Experts) + 2];
        double[] factors = [1, 1, 1, 1];
        Assert.That(AuxiliaryLosses.Switch(ref totals[0], Experts, 1, ref factors[0]), Is.Zero);
        Assert.That(factors[..Experts], Is.All.Zero);
        Assert.That(AuxiliaryLosses.Importance(ref totals[0], Experts, 1, ref factors[0]), Is.Zero);
        Assert.That(AuxiliaryLosses.Z(ref totals[0], Experts, 1, ref factors[0]), Is.Zero);
        Assert.That(factors, Is.All.Zero);
    }

    private static double[] Totals() => [.. s_totals];
}
