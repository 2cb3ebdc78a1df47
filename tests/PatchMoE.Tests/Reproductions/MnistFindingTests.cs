using PatchMoE.Cli.Reproductions;

namespace PatchMoE.Tests.Reproductions;

/// <summary>The sentence on sample efficiency, on made-up accuracies.</summary>
public sealed class MnistFindingTests
{
    private static readonly GridEntry s_cnn = new("mnist-cnn", 1000, [0.96, 0.97, 0.98]);

    [TestCase(0.98, true, "ahead by 0.010.")]
    [TestCase(0.965, true, "behind by 0.005, which is within one standard deviation of the CNN.")]
    [TestCase(0.95, false, "behind by 0.020, more than one standard deviation of the CNN (0.010).")]
    public void ItSaysWhetherJointTrainingReachesTheCnn(double joint, bool isReached, string ending)
    {
        var finding = new MnistFinding(new GridEntry("mnist-joint", 600, [joint, joint]), s_cnn);
        Assert.That(finding.IsReached, Is.EqualTo(isReached));
        Assert.That(finding.Text, Does.Contain("With 600 mosaics").And.Contain("0.970 ± 0.010").And.EndsWith(ending));
    }

    [Test]
    public void WithoutOneOfTheTwo_ThereIsNone() => Assert.That(MnistFinding.Of(new GridTable(["mnist-joint"], [600], [], _ => null)), Is.Null);
}
