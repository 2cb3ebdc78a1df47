using PatchMoE.Gen.Planning.Ilgpu;

namespace PatchMoE.Gen.Tests.Gpu;

/// <summary>Kernels compute capacities in whole numbers, and get those that the spec defines in decimals.</summary>
[TestFixture]
public sealed class CapacityFractionTests
{
    [TestCase(0.7, 1, 10, 1)]
    [TestCase(1.25, 2, 8, 64)]
    [TestCase(1, 1, 3, 196)]
    [TestCase(0.1, 1, 7, 997)]
    [TestCase(0.333333333333333, 2, 5, 1000)]
    [TestCase(1.0000000001, 3, 11, 400)]
    [TestCase(1e-9, 1, 4, 300)]
    [TestCase(4.9, 1, 5, 300)]
    public void EveryCount_HasItsCapacity(double factor, int perPatch, int experts, int patches)
    {
        var choice = new TokenChoiceSpec(perPatch) { CapacityFactor = factor };
        CapacityFraction fraction = CapacityFraction.Of(choice, patches, experts);
        int[] valid = [.. Enumerable.Range(0, patches + 1)];
        Assert.That(
            valid.Select(count => (int)((((long)count * fraction.Numerator) + fraction.Denominator - 1) / fraction.Denominator)),
            Is.EqualTo(valid.Select(count => choice.Capacity(count, experts))));
    }
}
