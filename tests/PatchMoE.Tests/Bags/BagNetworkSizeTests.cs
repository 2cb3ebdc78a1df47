using PatchMoE.Cli.Bags;

namespace PatchMoE.Tests.Bags;

public sealed class BagNetworkSizeTests
{
    [Test]
    public void Weights_AreThoseOfTheLayers()
    {
        Assert.That(new BagNetworkSize(BagPooling.Max, 784, 10).Weights, Is.EqualTo((785 * 10) + 11));
        Assert.That(new BagNetworkSize(BagPooling.Mean, 784, 10).Weights, Is.EqualTo((785 * 10) + 11));
        Assert.That(new BagNetworkSize(BagPooling.Attention, 784, 40).Hidden, Is.EqualTo(10));
        Assert.That(new BagNetworkSize(BagPooling.Attention, 784, 40).Weights, Is.EqualTo((785 * 40) + (41 * 10) + 11 + 41));
        Assert.That(new BagNetworkSize(BagPooling.GatedAttention, 784, 40).Weights, Is.EqualTo((785 * 40) + (2 * 41 * 10) + 11 + 41));
    }

    /// <summary>The networks of the experiment have equally many weights, within 2 %.</summary>
    [Test]
    public void Nearest_IsWithinTwoPercent([Values(nameof(BagPooling.Attention), nameof(BagPooling.GatedAttention), nameof(BagPooling.Max), nameof(BagPooling.Mean))] string pooling, [Values("mil-10", "mil-50", "mil-100")] string network)
    {
        PatchMoESpec spec = SpecReader.Read(File.ReadAllText(Path.Combine(Repository.Root, "specs", $"{network}.json")), network).Spec!;
        long weights = NetworkCost.Of(spec.Model).Parameters;
        Assert.That(BagNetworkSize.Nearest(Enum.Parse<BagPooling>(pooling), 784, (int)weights).Weights, Is.EqualTo(weights).Within(2).Percent);
    }
}
