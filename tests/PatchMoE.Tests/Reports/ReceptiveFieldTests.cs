namespace PatchMoE.Tests;

public sealed class ReceptiveFieldTests
{
    private const string Dense = "\"routing\": \"dense\", \"experts\": 1, \"neuronsPerExpert\": 2, \"output\": \"map\"";

    private static IEnumerable<TestCaseData> Stacks()
    {
        yield return new TestCaseData(12, 12, 4, 4, 2, 2, new[] { "\"window\": [3, 3], \"stride\": [2, 2], \"padding\": \"same\"", "\"window\": [3, 3], \"padding\": \"same\"" }).SetName("stride and padding");
        yield return new TestCaseData(14, 11, 4, 3, 2, 1, new[] { "\"window\": [3, 2], \"stride\": [1, 3]" }).SetName("no padding, unequal sides");
        yield return new TestCaseData(20, 20, 2, 2, 3, 3, new[] { "\"window\": [2, 3], \"stride\": [2, 1]", "\"window\": [3, 1], \"stride\": [1, 2], \"padding\": \"same\"" }).SetName("patches with gaps");
        yield return new TestCaseData(16, 16, 4, 4, 4, 4, new[] { "\"window\": [1, 1]", "\"window\": [5, 5], \"padding\": \"same\"" }).SetName("a window wider than the map");
    }

    /// <summary>The rectangle is that of all pixels which a brute-force walk through the windows reaches, and in the padding there are none.</summary>
    [TestCaseSource(nameof(Stacks))]
    public void TheRectangle_HoldsThePixelsThatAWalkReaches(int height, int width, int patchHeight, int patchWidth, int strideHeight, int strideWidth, string[] windows)
    {
        ModelSpec model = Stack(height, width, patchHeight, patchWidth, strideHeight, strideWidth, windows);
        EquatableArray<LayerShape> shapes = model.LayerShapes();
        for (int layer = 0; layer < model.Layers.Count; layer++)
        {
            Assert.That(ReceptiveField.IsDefined(model, layer));
            for (int patch = 0; patch < shapes[layer].Patches; patch++)
            {
                HashSet<(int Row, int Column)> reached = Pixels(model, layer, patch);
                var expected = new ReceptiveField(
                    reached.Min(pixel => pixel.Column),
                    reached.Min(pixel => pixel.Row),
                    reached.Max(pixel => pixel.Column) - reached.Min(pixel => pixel.Column) + 1,
                    reached.Max(pixel => pixel.Row) - reached.Min(pixel => pixel.Row) + 1);
                Assert.That(ReceptiveField.Of(model, layer, patch), Is.EqualTo(expected), $"layer {layer}, window {patch}");
            }
        }
    }

    [TestCase("digits-stack", 2, 0, 0, 0, 10, 10)]
    [TestCase("digits-stack", 2, 24, 6, 6, 16, 16)]
    [TestCase("digits-stack", 0, 14, 2, 2, 4, 4)]
    public void TheRepositorysStack(string name, int layer, int patch, int x, int y, int width, int height)
    {
        ModelSpec model = SpecReader.Read(File.ReadAllText(Path.Combine(Repository.Root, "specs", name + ".json")), name).Spec!.Model;
        Assert.That(ReceptiveField.Of(model, layer, patch), Is.EqualTo(new ReceptiveField(x, y, width, height)));
    }

    [Test]
    public void WhatIsNoStackOfAnImage_HasNone() =>
        Assert.That(ReceptiveField.IsDefined(Specs.Separate(Specs.Vectors, Specs.Synthetic).Model, 0), Is.False);

    /// <summary>A changed pixel changes what a window sees exactly if it lies in the window's pixels: by the reference, which knows nothing of rectangles.</summary>
    [Test]
    public void APixelOutside_ChangesNothing()
    {
        ModelSpec model = Stack(12, 12, 4, 4, 2, 2, ["\"window\": [3, 3], \"stride\": [2, 2], \"padding\": \"same\""]);
        var reference = new PatchMoE.Reference.ReferenceModel(model);
        Dictionary<string, double[]> weights = model.Parameters().ToDictionary(one => one.Name, one => Enumerable.Range(0, one.Length).Select(i => 0.1 + (i % 7 * 0.01)).ToArray());
        double[] black = new double[144];
        double[,] before = reference.Forward(weights, black, null)[0].Layers[1][0].X;
        for (int pixel = 0; pixel < black.Length; pixel++)
        {
            double[] changed = [.. black];
            changed[pixel] = 1;
            double[,] after = reference.Forward(weights, changed, null)[0].Layers[1][0].X;
            for (int window = 0; window < before.GetLength(0); window++)
            {
                ReceptiveField field = ReceptiveField.Of(model, 1, window);
                bool isInside = pixel % 12 >= field.X && pixel % 12 < field.X + field.Width && pixel / 12 >= field.Y && pixel / 12 < field.Y + field.Height;
                bool isChanged = Enumerable.Range(0, before.GetLength(1)).Any(i => before[window, i] != after[window, i]);
                Assert.That(isChanged, Is.EqualTo(isInside), $"pixel {pixel}, window {window}");
            }
        }
    }

    private static HashSet<(int Row, int Column)> Pixels(ModelSpec model, int layer, int patch)
    {
        LayerShape shape = model.LayerShapes()[layer];
        (int row, int column) = (patch / shape.GridWidth, patch % shape.GridWidth);
        var pixels = new HashSet<(int, int)>();
        if (layer == 0)
        {
            var image = (ImageInputSpec)model.Input;
            for (int i = 0; i < image.PatchHeight * image.PatchWidth; i++)
            {
                pixels.Add(((row * image.StrideHeight) + (i / image.PatchWidth), (column * image.StrideWidth) + (i % image.PatchWidth)));
            }

            return pixels;
        }

        WindowSpec window = model.Layers[layer].Window!;
        MapShape map = shape.Below!;
        for (int i = 0; i < window.Height * window.Width; i++)
        {
            int placeRow = (row * window.StrideHeight) - window.PaddingHeight + (i / window.Width);
            int placeColumn = (column * window.StrideWidth) - window.PaddingWidth + (i % window.Width);
            if (placeRow >= 0 && placeRow < map.Height && placeColumn >= 0 && placeColumn < map.Width)
            {
                pixels.UnionWith(Pixels(model, layer - 1, (placeRow * map.Width) + placeColumn));
            }
        }

        return pixels;
    }

    private static ModelSpec Stack(int height, int width, int patchHeight, int patchWidth, int strideHeight, int strideWidth, string[] windows)
    {
        string layers = string.Join(", ", ((string[])["", .. windows.Select(window => $", {window}")]).Select(window => $"{{ {Dense}{window} }}"));
        string json = $$"""
            {
              "name": "Stack",
              "model": {
                "input": { "kind": "image", "height": {{height}}, "width": {{width}}, "channels": 1, "patch": [{{patchHeight}}, {{patchWidth}}], "stride": [{{strideHeight}}, {{strideWidth}}] },
                "layers": [ {{layers}} ],
                "head": { "kind": "linear", "outputs": 2 },
                "loss": "softmaxCrossEntropy"
              }
            }
            """;
        SpecResult result = SpecReader.Read(json, "stack.json");
        return result.Spec?.Model ?? throw new InvalidOperationException(string.Join('\n', result.Diagnostics.Select(one => one.Message)));
    }
}
