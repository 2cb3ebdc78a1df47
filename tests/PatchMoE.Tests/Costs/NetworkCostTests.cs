namespace PatchMoE.Tests;

/// <summary>Predictions against counts made by hand.</summary>
public class NetworkCostTests
{
    /// <summary>mnist-joint: n = 16, d = 784, k = 8, l = 6, M = 5, softmaxSelected, fixed head.</summary>
    [Test]
    public void MnistJoint_IsCountedByHand()
    {
        NetworkCost cost = NetworkCost.Of(SpecOf("mnist-joint").Model);

        const long router = 2 * 16 * 8 * 784;
        const long experts = 2 * 8 * 6 * 5 * 784;
        const long routerGradient = 2 * 8 * 6 * 784;
        const long head = 2 * 40;
        const long weights = (8 * 784) + (40 * 784) + 40;
        const long trained = (8 * 784) + (40 * 784);
        Assert.Multiple(() =>
        {
            Assert.That(cost.Layers[0], Is.EqualTo(new LayerCost(router, experts, routerGradient, experts, experts + routerGradient)));
            Assert.That(cost.ForwardFlops, Is.EqualTo(router + experts + head));
            Assert.That(cost.BackwardFlops, Is.EqualTo(experts + routerGradient + head));
            Assert.That(cost.InputGradientFlops, Is.EqualTo(experts + routerGradient));
            Assert.That(cost.Route(20), Is.EqualTo(new PassCost(20 * router, 4 * ((20 * (12544 + 48)) + (8 * 784)))));
            Assert.That(cost.Forward(20), Is.EqualTo(new PassCost(20 * (router + experts + head), 4 * ((20 * (12544 + 1)) + weights))));
            Assert.That(cost.LossAndGradients(20).Flops, Is.EqualTo(20 * (router + (2 * experts) + routerGradient + (2 * head))));
            Assert.That(cost.LossAndGradients(20).Bytes, Is.EqualTo(4 * ((20 * (12544 + 2)) + weights + trained)));
            Assert.That(cost.Step(20).Flops, Is.EqualTo(cost.LossAndGradients(20).Flops + (2 * trained)));
            Assert.That(cost.Step(20).Bytes, Is.EqualTo(4 * ((20 * (12544 + 2)) + weights + (2 * trained))));
        });
    }

    /// <summary>k = 2, l = 2, M = 20 of n = 16, d = 784: the paper's separate training gives the routers no gradient.</summary>
    [Test]
    public void GateNone_HasNoRouterGradient()
    {
        NetworkCost cost = NetworkCost.Of(SpecOf("mnist-separate").Model);
        Assert.Multiple(() =>
        {
            Assert.That(cost.Layers[0].RouterGradient, Is.Zero);
            Assert.That(cost.TrainedParameters, Is.EqualTo(40 * 784));
            Assert.That(cost.BackwardFlops, Is.EqualTo((2 * 2 * 2 * 20 * 784) + (2 * 40)));
        });
    }

    /// <summary>celeba: n = 16, d = 10240, k = 8, l = 2, M = 80, softmaxAll, linear head of 10.</summary>
    [Test]
    public void SoftmaxAll_CountsEveryScoreInTheRouterGradient()
    {
        NetworkCost cost = NetworkCost.Of(SpecOf("celeba").Model);
        Assert.Multiple(() =>
        {
            Assert.That(cost.Layers[0].RouterGradient, Is.EqualTo(2L * 16 * 8 * 10240));
            Assert.That(cost.HeadForward, Is.EqualTo(2 * 10 * 640));
            Assert.That(cost.HeadBackward, Is.EqualTo(2 * 2 * 10 * 640), "by the outputs and by the head's weights");
            Assert.That(cost.Parameters, Is.EqualTo((8L * 10240) + (640L * 10240) + (10 * 640) + 10));
        });
    }

    [Test]
    public void Dense_RoutesNothingAndSeesAll()
    {
        NetworkCost cost = NetworkCost.Of(SpecOf("mnist-cnn").Model);
        Assert.Multiple(() =>
        {
            Assert.That(cost.Layers[0], Is.EqualTo(new LayerCost(0, 2 * 16 * 40 * 784, 0, 2 * 16 * 40 * 784, 2 * 16 * 40 * 784)));
            Assert.That(cost.RouteLength, Is.Zero);
            Assert.That(cost.Route(10).Flops, Is.Zero);
        });
    }

    /// <summary>k = 8, M = 5: one expert computes, eight are scored on the sum of the patches.</summary>
    [Test]
    public void Sample_CountsTheBestExpertAlone()
    {
        NetworkCost cost = NetworkCost.Of(SpecOf("mnist-sample-moe").Model);
        Assert.Multiple(() =>
        {
            Assert.That(cost.Layers[0].Router, Is.EqualTo((16 * 784) + (2 * 8 * 784)));
            Assert.That(cost.Layers[0].Experts, Is.EqualTo(2 * 16 * 5 * 784));
            Assert.That(cost.Layers[0].RouterGradient, Is.EqualTo(2 * 8 * 784));
            Assert.That(cost.RouteLength, Is.EqualTo(1));
        });
    }

    /// <summary>T = 3 groups of n = 4, d = 5 to k = 2, M = 3; above them n = 3, d = 6 to one dense expert of 4.</summary>
    [Test]
    public void Groups_RunTheLowerLayerInEachAndPassGradientsDown()
    {
        var model = new ModelSpec(
            new VectorsInputSpec(4, 5, EquatableArray.Of(3)),
            EquatableArray.Of(new LayerSpec(Routing.ExpertChoice, 2, 3, 2, Gate.Sigmoid), new LayerSpec(Routing.Dense, 1, 4)),
            new HeadSpec(HeadKind.Linear, 2),
            Loss.SoftmaxCrossEntropy);
        NetworkCost cost = NetworkCost.Of(model);
        Assert.Multiple(() =>
        {
            Assert.That(cost.Layers[0].Router, Is.EqualTo(3 * 2 * 4 * 2 * 5));
            Assert.That(cost.Layers[0].Experts, Is.EqualTo(3 * 2 * 2 * 2 * 3 * 5));
            Assert.That(cost.Layers[1].Experts, Is.EqualTo(2 * 3 * 4 * 6));
            Assert.That(
                cost.BackwardFlops,
                Is.EqualTo(cost.Layers[0].WeightGradients + cost.Layers[1].WeightGradients + cost.Layers[1].InputGradient + cost.HeadBackward));
            Assert.That(cost.RouteLength, Is.EqualTo(3 * 2 * 2));
        });
    }

    private static PatchMoESpec SpecOf(string name) => SpecText.Read(File.ReadAllText(Path.Combine(Repository.Root, "specs", $"{name}.json")));
}
