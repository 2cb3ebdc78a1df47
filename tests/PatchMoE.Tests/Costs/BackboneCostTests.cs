namespace PatchMoE.Tests;

/// <summary>Wide ResNets against counts made by hand and the numbers in the paper.</summary>
[TestFixture]
public sealed class BackboneCostTests
{
    /// <summary>WRN-10-10 on CIFAR-10 and its pMoE of 4 experts of 160 neurons on 16 of 64 pixels each.</summary>
    private const string PaperLayer = """{ "experts": 4, "patchesPerExpert": 16, "neuronsPerExpert": 160, "gate": "softmaxAll" }""";

    private const string PaperBackbone = """{ "kind": "wrn", "patch": 1, "output": "map" }""";

    private static ModelSpec Paper => SpecText.Read(SpecText.Of(SpecText.Photo, PaperLayer, SpecText.Ten, SpecText.Softmax, backbone: PaperBackbone)).Model;

    [Test]
    public void Convolution_IsCountedByHand() =>
        Assert.That(BackboneCost.Of(new ConvolutionShape("", 320, 640, 3, 2, 8, 8)), Is.EqualTo(2L * 64 * 9 * 320 * 640));

    [Test]
    public void WideResNet_IsCountedByHand()
    {
        NetworkCost cost = NetworkCost.Of(Paper.AsWideResNet()!);
        const long stem = 1024L * 9 * 3 * 16;
        const long first = 1024L * ((9 * 16 * 160) + (9 * 160 * 160) + (16 * 160));
        const long second = 256L * ((9 * 160 * 320) + (9 * 320 * 320) + (160 * 320));
        const long third = 64L * ((9 * 320 * 640) + (9 * 640 * 640) + (320 * 640));
        const long head = 640 * 10;
        Assert.Multiple(() =>
        {
            Assert.That(cost.ForwardFlops, Is.EqualTo(2 * (stem + first + second + third + head)));
            Assert.That(cost.BackwardFlops, Is.EqualTo(2 * ((2 * (stem + first + second + third + head)) - stem)), "the image's gradient is not wanted");
            Assert.That(cost.InputGradientFlops, Is.EqualTo(2 * stem));
            Assert.That(cost.Layers, Is.Empty);
        });
    }

    [Test]
    public void LayerOnAMap_PassesItsInputGradientOn()
    {
        NetworkCost cost = NetworkCost.Of(Paper);
        Assert.That(
            cost.BackwardFlops,
            Is.EqualTo(cost.Backbone!.WeightGradients + cost.Backbone.MapGradients + cost.Layers[0].WeightGradients + cost.Layers[0].InputGradient + cost.HeadBackward));
    }

    /// <summary>A gather takes about 1.3 times fewer multiply-adds than the plain network.</summary>
    [Test]
    public void WholeNetwork_SavesWhatThePaperSays()
    {
        double ratio = (double)NetworkCost.Of(Paper.AsWideResNet()!).ForwardFlops / NetworkCost.Of(Paper).ForwardFlops;
        Assert.That(ratio, Is.EqualTo(1.32).Within(0.005));
    }

    /// <summary>
    /// Multiply-adds of the dense layer over those of the pMoE layer. The paper has 5.7, 1.7, 3.9 and for CelebA 7.9, with 3×3 filters that slide within a patch;
    /// here a neuron sees a patch as a whole, and the router is a larger share.
    /// </summary>
    [TestCase("mnist-separate", 5.71)]
    [TestCase("mnist-joint", 1.74)]
    [TestCase("wrn-head", 3.90)]
    [TestCase("celeba", 7.27)]
    public void Layer_SavesWhatThePaperSays(string name, double expected)
    {
        ModelSpec model = SpecText.Read(SpecFilesTests.Text($"specs/{name}.json")).Model;
        Assert.That((double)NetworkCost.Of(model.AsCnn()).Layers[0].Forward / NetworkCost.Of(model).Layers[0].Forward, Is.EqualTo(expected).Within(0.005));
    }

    [Test]
    public void ComparedNetworks_HaveAsManyNeuronsOnTheSamePatches()
    {
        ModelSpec model = Paper;
        LayerShape own = model.LayerShapes()[0];
        LayerShape cnn = model.AsCnn().LayerShapes()[0];
        LayerShape sample = model.AsSampleMoE().LayerShapes()[0];
        Assert.Multiple(() =>
        {
            Assert.That((cnn.Patches, cnn.Dimension, cnn.Outputs), Is.EqualTo((own.Patches, own.Dimension, own.Outputs)));
            Assert.That((sample.Patches, sample.Dimension, sample.Outputs), Is.EqualTo((own.Patches, own.Dimension, own.Outputs)));
            Assert.That(SpecText.Read(SpecFilesTests.Text("specs/mnist-joint.json")).Model.AsWideResNet(), Is.Null);
        });
    }
}
