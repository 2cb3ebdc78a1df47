namespace PatchMoE.Tests;

[TestFixture]
public sealed class TokenChoiceSpecTests
{
    [TestCase(null, 2, 13, 3, 13)]
    [TestCase(0.75, 2, 13, 3, 7)]
    [TestCase(1.0, 1, 21, 5, 5)]
    [TestCase(1.0, 2, 15, 6, 5)]
    [TestCase(0.7, 1, 10, 1, 7, Description = "0.7·10 is not 7 in binary")]
    [TestCase(1.1, 1, 10, 1, 10, Description = "never more than there are")]
    [TestCase(1e-300, 1, 10, 4, 1)]
    [TestCase(1e300, 4, 10, 4, 10)]
    [TestCase(1.25, 1, 0, 4, 0)]
    public void Capacity_IsRoundedUp(double? factor, int chosen, int patches, int experts, int capacity) =>
        Assert.That(new TokenChoiceSpec(chosen) { CapacityFactor = factor }.Capacity(patches, experts), Is.EqualTo(capacity));
}
