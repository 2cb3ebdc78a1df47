namespace PatchMoE.Tests;

/// <summary>The sizes of Wide ResNets that follow from a spec.</summary>
[TestFixture]
public sealed class BackboneShapeTests
{
    private static ModelSpec Wrn(string backbone, string layers = "", string input = SpecText.Photo) =>
        SpecText.Read(SpecText.Of(input, layers, SpecText.Ten, SpecText.Softmax, backbone: backbone)).Model;

    /// <summary>WRN-10-10 on CIFAR-10: 3→16, 16→160, 160→320 and 320→640 channels on maps of 32, 16 and 8.</summary>
    [Test]
    public void PlainNetwork_HasTheBlocksOfThePaper()
    {
        BackboneShape shape = Wrn("""{ "kind": "wrn" }""").BackboneShape()!;
        Assert.Multiple(() =>
        {
            Assert.That(shape.Stem, Is.EqualTo(new ConvolutionShape("backbone.stem", 3, 16, 3, 1, 32, 32)));
            Assert.That(shape.Blocks.Select(block => block.Convolution1), Is.EqualTo(new[]
            {
                new ConvolutionShape("backbone.groups.0.0.convolution1", 16, 160, 3, 1, 32, 32),
                new ConvolutionShape("backbone.groups.1.0.convolution1", 160, 320, 3, 2, 16, 16),
                new ConvolutionShape("backbone.groups.2.0.convolution1", 320, 640, 3, 2, 8, 8),
            }));
            Assert.That(shape.Blocks.Select(block => block.Shortcut?.Kernel), Is.All.EqualTo(1));
            Assert.That(shape.Reduction, Is.Null);
            Assert.That(shape.Norm, Is.EqualTo(new NormShape("norm", 640, 8, 8)));
        });
    }

    /// <summary>The last group is BN-ReLU-Conv3×3/2 alone.</summary>
    [Test]
    public void NetworkWithALayer_EndsInOneConvolution()
    {
        ModelSpec model = Wrn("""{ "kind": "wrn", "patch": 2, "output": "map" }""", SpecText.Gated);
        BackboneShape shape = model.BackboneShape()!;
        Assert.Multiple(() =>
        {
            Assert.That(shape.Blocks, Has.Count.EqualTo(2));
            Assert.That(shape.ReductionNorm, Is.EqualTo(new NormShape("backbone.reduction.norm", 320, 16, 16)));
            Assert.That(shape.Reduction, Is.EqualTo(new ConvolutionShape("backbone.reduction.convolution", 320, 640, 3, 2, 8, 8)));
            Assert.That(shape.Norm, Is.EqualTo(new NormShape("norm", 40, 4, 4)));
            Assert.That(model.Input, Is.EqualTo(new ImageInputSpec(8, 8, 640, 2, 2, 2, 2)));
            Assert.That(model.InputShape(), Is.EqualTo(EquatableArray.Of(32, 32, 3)));
            Assert.That(model.LayerShapes()[0], Is.EqualTo(new LayerShape(1, 16, 2560, 2, 2, 20) { Pairs = 4, GridHeight = 4, GridWidth = 4 }));
        });
    }

    [Test]
    public void SecondBlockOfAGroup_KeepsTheSizesAndAddsItsInput()
    {
        BackboneShape shape = Wrn("""{ "kind": "wrn", "widths": [16, 6], "blocks": 2 }""").BackboneShape()!;
        Assert.Multiple(() =>
        {
            Assert.That(shape.Blocks.Select(block => block.Shortcut is null), Is.EqualTo(new[] { true, true, false, true }));
            Assert.That(shape.Blocks[3].Convolution1, Is.EqualTo(new ConvolutionShape("backbone.groups.1.1.convolution1", 6, 6, 3, 1, 16, 16)));
        });
    }

    [TestCase(33, 17, 9)]
    [TestCase(1, 1, 1)]
    [TestCase(34, 17, 9)]
    public void OddSizes_AreRoundedUp(int side, int half, int quarter)
    {
        ModelSpec model = Wrn("""{ "kind": "wrn", "widths": [4, 5, 6] }""", input: $$"""{ "kind": "image", "height": {{side}}, "width": 8 }""");
        Assert.Multiple(() =>
        {
            Assert.That(model.BackboneShape()!.Blocks.Select(block => block.Convolution2.Height), Is.EqualTo(new[] { side, half, quarter }));
            Assert.That(model.Backbone!.Map(), Is.EqualTo((quarter, 2, 6)));
        });
    }

    [Test]
    public void Tensors_AreNamedOnceAndCounted()
    {
        ModelSpec model = Wrn("""{ "kind": "wrn", "widths": [4, 6, 8], "patch": 1, "output": "map" }""", SpecText.Gated);
        EquatableArray<ParameterSpec> parameters = model.Parameters();
        ParameterSpec Named(string name) => parameters.Single(parameter => parameter.Name == name);
        Assert.Multiple(() =>
        {
            Assert.That(parameters.Select(parameter => parameter.Name), Is.Unique);
            Assert.That(Named("backbone.groups.1.0.convolution2.weight").Shape, Is.EqualTo(EquatableArray.Of(6, 6, 3, 3)));
            Assert.That(Named("norm.running_var"), Has.Property("HasGradient").False.And.Property("Role").EqualTo(ParameterRole.NormVariance));
            Assert.That(Named("norm.weight").HasGradient);
            Assert.That(Named("layers.0.router.weight").Shape, Is.EqualTo(EquatableArray.Of(2, 8)));
            Assert.That(Named("head.weight").Shape, Is.EqualTo(EquatableArray.Of(10, 40)));

            // 3×3: 3→16, 16→4, 4→4, 4→6, 6→6, 6→8; 1×1: 16→4, 4→6; norms of 16, 4, 4, 6, 6 and 40 channels.
            const int Filters = (9 * ((3 * 16) + (16 * 4) + (4 * 4) + (4 * 6) + (6 * 6) + (6 * 8))) + (16 * 4) + (4 * 6);
            const int Norms = 2 * (16 + 4 + 4 + 6 + 6 + 40);
            Assert.That(
                parameters.Where(parameter => parameter.HasGradient).Sum(parameter => parameter.Length), Is.EqualTo(Filters + Norms + (2 * 8) + (40 * 8) + (10 * 40) + 10));
        });
    }

    [Test]
    public void HeadOfAPlainNetwork_SeesTheChannelsOfTheMap() =>
        Assert.That(Wrn("""{ "kind": "wrn" }""").Parameters().Single(parameter => parameter.Role == ParameterRole.Head).Shape, Is.EqualTo(EquatableArray.Of(10, 640)));
}
