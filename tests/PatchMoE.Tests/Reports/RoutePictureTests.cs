using System.Globalization;
using System.Xml.Linq;

namespace PatchMoE.Tests;

public sealed class RoutePictureTests
{
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    [Test]
    public void EveryRouteHasAFrameOnItsPatch_InItsExpertsColour()
    {
        ModelSpec model = Specs.Separate(Specs.Mosaic, Specs.MosaicData(2, 2)).Model;
        var sample = new RoutedSample(new float[112 * 112], 1, -1, [5, 0, 5, 15], [1, 1, 1, 1], 5);

        XElement picture = Draw(model, sample).Descendants(Svg + "g").Single();
        XElement[] frames = [.. picture.Elements(Svg + "rect")];

        // 112 pixels are shown twice as large: patch 5 starts at (56, 56), patch 15 at (168, 168).
        Assert.That(frames, Has.Length.EqualTo(4 + 2), "four routes, and two strokes for the patch that decides");
        Assert.That(frames.Take(4).Select(frame => frame.Value), Is.EqualTo(
            new[] { "expert 0, patch 5, gate 1", "expert 1, patch 5, gate 1", "expert 0, patch 0, gate 1", "expert 1, patch 15, gate 1" }));
        Assert.That(Number(frames[0], "x"), Is.EqualTo(59));
        Assert.That(Number(frames[0], "width"), Is.EqualTo(50));
        Assert.That(Number(frames[1], "x"), Is.EqualTo(62), "a second frame on a patch lies inside the first");
        Assert.That(Number(frames[3], "y"), Is.EqualTo(171));
        Assert.That(Colour(frames[0]), Is.EqualTo(Colour(frames[2])));
        Assert.That(Colour(frames[0]), Is.Not.EqualTo(Colour(frames[1])));
        Assert.That((Number(frames[5], "x"), Number(frames[5], "y"), Number(frames[5], "width")), Is.EqualTo((112 / 2.0, 56.0, 56.0)));
        Assert.That(picture.Value, Does.Contain("label +1").And.Contain("predicted −1 ✗"));
    }

    [Test]
    public void TokenChoice_FramesEachPatchInItsExpertsColours()
    {
        ModelSpec model = Specs.Separate(Specs.Vectors, Specs.Synthetic).Model;
        model = model with { Layers = [new LayerSpec(Routing.TokenChoice, 4, 2) { Choice = new TokenChoiceSpec(2) }] };
        var sample = new RoutedSample(new float[44], 1, 1, [3, 0, -1, 1, -1, -1, 2, -1], [1, 1, 0, 1, 0, 0, 1, 0], -1);

        XElement[] frames = [.. Draw(model, sample).Descendants(Svg + "g").Single().Elements(Svg + "rect")];

        Assert.That(frames.Select(frame => frame.Value), Is.EqualTo(
            new[] { "expert 3, patch 0, gate 1", "expert 0, patch 0, gate 1", "expert 1, patch 1, gate 1", "expert 2, patch 3, gate 1" }));
        Assert.That(frames.Select(Colour), Is.EqualTo(new[] { 3, 0, 1, 2 }.Select(Palette.Colour)));
    }

    [Test]
    public void LargerGates_HaveStrongerLines()
    {
        ModelSpec model = Specs.Separate(Specs.Vectors, Specs.Synthetic).Model;
        model = model with { Layers = EquatableArray.Of(model.Layers[0] with { Gate = Gate.SoftmaxSelected }) };
        var sample = new RoutedSample(new float[44], 1, 1, [1, 0, 2, 3], [0.8f, 0.2f, 0.6f, 0.4f], -1);

        XElement[] frames = [.. Draw(model, sample).Descendants(Svg + "g").Single().Elements(Svg + "rect")];

        double[] strengths = [.. frames.Select(frame => Number(frame, "stroke-opacity"))];
        Assert.That(strengths, Is.EqualTo(new[] { 1, 0.51, 0.84, 0.68 }).Within(0.011));
        Assert.That(frames.OrderBy(frame => Number(frame, "stroke-width")), Is.EqualTo(frames.OrderBy(frame => Number(frame, "stroke-opacity"))));
    }

    [Test]
    public void RoutesThatAreNone_HaveNoFrame()
    {
        ModelSpec model = Specs.Separate(Specs.Vectors, Specs.Synthetic).Model;
        var sample = new RoutedSample(new float[44], 1, 1, [1, -1, 1, -1], [1, 0, 1, 0], -1);
        Assert.That(Draw(model, sample).Descendants(Svg + "g").Single().Elements(Svg + "rect").Count(), Is.EqualTo(2));
    }

    [Test]
    public void SampleRouting_FramesTheWholeSample()
    {
        ModelSpec model = Specs.Separate(Specs.Mosaic, Specs.MosaicData(2, 2)).Model;
        model = model with { Layers = EquatableArray.Of(new LayerSpec(Routing.Sample, 4, 2)) };
        var sample = new RoutedSample(new float[112 * 112], 1, 1, [3], [0.9f], -1);

        XElement frame = Draw(model, sample).Descendants(Svg + "g").Single().Elements(Svg + "rect").Single();

        Assert.That((Number(frame, "x"), Number(frame, "width")), Is.EqualTo((0.0, 224.0)));
        Assert.That(Colour(frame), Is.EqualTo(Palette.Colour(3)));
    }

    [Test]
    public void SampleRoutingOfGroups_FramesEachGroup()
    {
        var input = new VectorsInputSpec(4, 9, EquatableArray.Of(3));
        var model = new ModelSpec(
            input,
            EquatableArray.Of(new LayerSpec(Routing.Sample, 4, 2), new LayerSpec(Routing.Dense, 1, 2)),
            new HeadSpec(HeadKind.Fixed, 1),
            Loss.Logistic);
        var sample = new RoutedSample(new float[108], 1, 1, [3, 0, 1], [0.9f, 0.5f, 0.7f], -1);

        XElement[] frames = [.. Draw(model, sample).Descendants(Svg + "g").Single().Elements(Svg + "rect")];

        // A tile is 3 pixels high, the gap 1; 15 pixels across are shown 22 times as large.
        Assert.That(frames.Select(frame => Number(frame, "y")), Is.EqualTo(new[] { 0.0, 88, 176 }));
        Assert.That(frames.Select(frame => Number(frame, "height")), Is.All.EqualTo(66));
        Assert.That(frames.Select(Colour), Is.EqualTo(new[] { 3, 0, 1 }.Select(Palette.Colour)));
    }

    [Test]
    public void RoutedSamples_AreThoseOfTheModel()
    {
        Run run = Run.Of(Specs.Separate(Specs.Vectors, Specs.Synthetic));
        RoutedSample sample = RoutedSample.Of(run.Model, null!, run.TestData, [3]).Single();
        var routes = new int[4];
        run.Model.Route(run.TestData.InputsOf(3, 1), routes, [], [], null!);

        Assert.That(sample.Routes, Is.EqualTo(routes));
        Assert.That(sample.DiscriminativePatch, Is.EqualTo(run.TestData.DiscriminativePatches[3]));
        Assert.That(sample.Label, Is.EqualTo(run.TestData.Labels[3]));
    }

    [Test]
    public void DenseNetworks_HaveNothingToDraw()
    {
        Run run = Run.Of(Specs.Dense(Specs.Vectors, 2, Specs.Synthetic));
        Assert.That(() => RoutedSample.Of(run.Model, null!, run.TestData, [0]), Throws.TypeOf<BadInputException>().With.Message.Contains("dense"));
    }

    [Test]
    public void TilesOfVectors_HoldEachValueAtItsPlace()
    {
        var layout = new PatchLayout(new VectorsInputSpec(2, 3, EquatableArray.Of(2)));
        var sample = new float[12];
        sample[8] = -1; // group 1, patch 0, value 2: the second row of its tile

        byte[] pixels = layout.Pixels(sample);

        Assert.That((layout.Width, layout.Height, layout.Channels), Is.EqualTo((5, 5, 3)));
        int[] coloured = [.. Enumerable.Range(0, 25).Where(i => pixels[i * 3] != 255)];
        Assert.That(coloured, Is.EqualTo(new[] { (4 * 5) + 0 }));
    }

    private static XDocument Draw(ModelSpec model, RoutedSample sample) => XDocument.Parse(RoutePicture.Draw(model, [sample]));

    private static double Number(XElement element, string name) => double.Parse(element.Attribute(name)!.Value, CultureInfo.InvariantCulture);

    private static string Colour(XElement element) => element.Attribute("stroke")!.Value;
}
