namespace PatchMoE.Gen.Tests;

/// <summary>The random specs that other tests rely on cover what they are meant to cover.</summary>
[TestFixture]
public sealed class RandomSpecTests
{
    public const int Count = 60;

    private static readonly ModelSpec[] s_models = [.. Enumerable.Range(0, Count).Select(seed => RandomSpec.Of(seed).Model)];
    private static readonly LayerSpec[] s_layers = [.. s_models.SelectMany(model => model.Layers)];

    [Test]
    public void Specs_MeetEveryChoice() => Assert.Multiple(() =>
    {
        Assert.That(s_layers.Select(layer => layer.Routing).Distinct(), Is.EquivalentTo(Enum.GetValues<Routing>().Except([Routing.TokenChoice])), "token choice and maps are RandomSpecs' affair");
        Assert.That(
            s_layers.Where(layer => layer.Routing == Routing.ExpertChoice).Select(layer => (layer.Gate, layer.Pooling)).Distinct(),
            Is.EquivalentTo(from gate in Enum.GetValues<Gate>() from pooling in Enum.GetValues<Pooling>() select (gate, pooling)));
        Assert.That(s_layers.Select(layer => (layer.Routing, layer.Bias)).Distinct().Count(), Is.EqualTo(6));
        Assert.That(s_models.Select(model => (model.Head.Kind, model.Head.Bias, model.Loss)).Distinct().Count(), Is.EqualTo(5));
        Assert.That(s_models.Select(model => model.Head.Weights).Distinct(), Is.EquivalentTo(Enum.GetValues<HeadWeights>()));
        Assert.That(s_models.Select(model => model.Layers.Count).Distinct(), Is.EquivalentTo(new[] { 1, 2, 3 }));
    });

    [Test]
    public void Specs_MeetAwkwardSizes()
    {
        ImageInputSpec[] images = [.. s_models.Select(model => model.Input).OfType<ImageInputSpec>()];
        LayerShape[] shapes = [.. s_models.SelectMany(model => model.LayerShapes())];
        Assert.Multiple(() =>
        {
            Assert.That(images, Has.Some.Matches<ImageInputSpec>(image => image!.StrideHeight < image.PatchHeight && image.StrideWidth < image.PatchWidth), "overlapping");
            Assert.That(images, Has.Some.Matches<ImageInputSpec>(image => image!.PatchWidth == image.Width && image.Channels > 1), "patches of whole rows");
            Assert.That(shapes, Has.Some.Matches<LayerShape>(shape => shape!.Dimension == 1));
            Assert.That(shapes, Has.Some.Matches<LayerShape>(shape => shape!.Patches == 1));
            Assert.That(shapes, Has.Some.Matches<LayerShape>(shape => shape!.Neurons == 1));
            Assert.That(shapes, Has.Some.Matches<LayerShape>(shape => shape!.Dimension % 16 is not 0 and var tail && tail % 4 != 0 && shape.Dimension > 16), "tails");
            Assert.That(s_models.SelectMany(model => model.Layers.Zip(model.LayerShapes())).Any(layer => layer.First.Routing == Routing.ExpertChoice && layer.First.PatchesPerExpert == layer.Second.Patches), Is.True, "l = n");
            Assert.That(s_layers.Any(layer => layer.PatchesPerExpert > 48), Is.True, "selection by sorting");
        });
    }

    [Test]
    public void SameSeed_GivesTheSameSpec() => Assert.That(Enumerable.Range(0, Count).Select(seed => RandomSpec.Of(seed).Model), Is.EqualTo(s_models));
}
