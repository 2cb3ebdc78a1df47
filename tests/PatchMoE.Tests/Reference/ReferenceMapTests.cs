using PatchMoE.Reference;

namespace PatchMoE.Tests;

/// <summary>Maps, windows and stacks: what they are, and their gradients.</summary>
[Category("Long")]
public class ReferenceMapTests
{
    private static readonly LayerSpec s_map = new(Routing.ExpertChoice, 2, 2, 3, Gate.SoftmaxAll, Bias: true) { Map = true };

    [TestCase(Padding.Valid, new double[] { 3, 5, 7 })]
    [TestCase(Padding.Same, new double[] { 3, 6, 9, 7 })]
    public void WindowsOfASequence_AreCutFromItsMap(Padding padding, double[] sums)
    {
        // The lower layer copies the sequence 1, 2, 3, 4; the upper one adds up a window.
        int window = padding == Padding.Same ? 3 : 2;
        var model = new ReferenceModel(new ModelSpec(
            new VectorsInputSpec(4, 1),
            EquatableArray.Of(
                new LayerSpec(Routing.Dense, 1, 1) { Map = true },
                new LayerSpec(Routing.Dense, 1, 1) { Map = true, Window = new WindowSpec(window, 1, 1, 1, padding) }),
            new HeadSpec(HeadKind.Linear, sums.Length),
            Loss.SoftmaxCrossEntropy));
        double[] ones = [.. Enumerable.Repeat(1.0, window)];
        double[] identity = [.. Enumerable.Range(0, sums.Length * sums.Length).Select(i => i % (sums.Length + 1) == 0 ? 1.0 : 0)];
        ReferenceResult result = model.Run(
            new Dictionary<string, double[]> { ["layers.0.experts.weight"] = [1], ["layers.1.experts.weight"] = ones, ["head.weight"] = identity }, [1, 2, 3, 4]);
        Assert.That(result.Logits, Is.EqualTo(sums));
    }

    [Test]
    public void WindowsOfAnImage_ReadRowsColumnsAndChannels()
    {
        // A map of 3 × 4 places with two channels; 3 × 3 windows around every second place. Router i of the upper layer scores by value i of a window.
        double[] pixels = [.. Enumerable.Range(1, 24).Select(i => (double)i)];
        var window = new WindowSpec(3, 3, 2, 2, Padding.Same);
        LayerSpec copy = new(Routing.Dense, 1, 2) { Map = true };
        LayerSpec reader = new(Routing.Dense, 1, 18) { Map = true, Window = window };
        var model = new ModelSpec(
            new ImageInputSpec(3, 4, 2, 1, 1, 1, 1), EquatableArray.Of(copy, reader), new HeadSpec(HeadKind.Linear, 72), Loss.SoftmaxCrossEntropy);
        double[] Identity(int n) => [.. Enumerable.Range(0, n * n).Select(i => i % (n + 1) == 0 ? 1.0 : 0)];
        double[] values = new ReferenceModel(model).Run(
            new Dictionary<string, double[]> { ["layers.0.experts.weight"] = Identity(2), ["layers.1.experts.weight"] = Identity(18), ["head.weight"] = Identity(72) }, pixels).Logits;

        var expected = new List<double>();
        foreach ((int row, int column) in new[] { (0, 0), (0, 2), (2, 0), (2, 2) })
        {
            for (int i = 0; i < 18; i++)
            {
                (int r, int c) = (row + (i / 6) - 1, column + (i / 2 % 3) - 1);
                expected.Add(r is >= 0 and < 3 && c is >= 0 and < 4 ? pixels[(((r * 4) + c) * 2) + (i % 2)] : 0);
            }
        }

        Assert.That(values, Is.EqualTo(expected));
    }

    [Test]
    public void PooledLayer_IsTheSumOfItsMap()
    {
        LayerSpec[] layers =
        [
            s_map,
            new(Routing.Sample, 2, 2) { Map = true },
            new(Routing.TokenChoice, 3, 2, Gate: Gate.Sigmoid) { Map = true, Choice = new TokenChoiceSpec(2) { CapacityFactor = 0.5 } },
        ];
        foreach (LayerSpec layer in layers)
        {
            int m = layer.Experts * layer.NeuronsPerExpert;
            double[] mapped = Outputs(layer, 5 * m);
            double[] pooled = Outputs(layer with { Map = false, Pooling = Pooling.Sum }, m);
            double divisor = layer.Routing == Routing.Sample ? 5 : 1;
            Assert.That(Enumerable.Range(0, m).Select(i => mapped.Where((_, place) => place % m == i).Sum() / divisor), Is.EqualTo(pooled).Within(1e-12), $"{layer.Routing}");
        }
    }

    /// <summary>A shorter sample in a longer network, whatever its padding holds, is the same as in a network of its own length.</summary>
    [Test]
    public void ShorterSequence_IsLikeASampleOfItsLength([Values] Padding padding, [Values(1, 2, 3, 5, 6)] int valid, [Values(1, 2)] int step)
    {
        ModelSpec Model(int patches) => new(
            new VectorsInputSpec(patches, 2),
            EquatableArray.Of(
                new LayerSpec(Routing.TokenChoice, 2, 3, Gate: Gate.SoftmaxAll, Bias: true) { Map = true, Choice = new TokenChoiceSpec(1) { CapacityFactor = 0.8, ZLoss = 0.1 } },
                new LayerSpec(Routing.Dense, 1, 4, Bias: true) { Map = true, Window = new WindowSpec(3, 1, step, 1, padding) },
                new LayerSpec(Routing.ExpertChoice, 2, 2, 1, Gate.Sigmoid) { Window = new WindowSpec(1, 1, 1, 1, Padding.Valid) }),
            new HeadSpec(HeadKind.Linear, 2, Bias: true),
            Loss.SoftmaxCrossEntropy);

        var whole = new ReferencePoint(Model(7), 1, seed: 3);
        double[] input = [.. whole.Input.Take(2 * valid), .. Enumerable.Repeat(double.NaN, 2 * (7 - valid))];
        ReferenceResult actual = whole.Model.Run(whole.Weights, input, whole.Labels, [valid]);
        if (padding == Padding.Valid && valid < 3)
        {
            Assert.That(actual.Logits, Is.EqualTo(whole.Weights["head.bias"]), "no window");
            return;
        }

        ReferenceResult expected = new ReferenceModel(Model(valid)).Run(whole.Weights, whole.Input[..(2 * valid)], whole.Labels);
        Assert.That(actual.Logits, Is.EqualTo(expected.Logits));
        Assert.That(actual.Loss, Is.EqualTo(expected.Loss));
        foreach ((string name, double[] gradient) in expected.Gradients)
        {
            Assert.That(actual.Gradients[name], Is.EqualTo(name == "input" ? [.. gradient, .. new double[2 * (7 - valid)]] : gradient), name);
        }
    }

    [Test]
    public void LengthsOfAnImagesMap_AreAnError()
    {
        var model = new ReferenceModel(new ModelSpec(
            new ImageInputSpec(2, 2, 1, 1, 1, 1, 1),
            EquatableArray.Of(new LayerSpec(Routing.Dense, 1, 1) { Map = true }, new LayerSpec(Routing.Dense, 1, 1) { Window = new WindowSpec(1, 1, 1, 1, Padding.Valid) }),
            new HeadSpec(HeadKind.Fixed, 1),
            Loss.Logistic));
        Assert.That(
            () => model.Run(new Dictionary<string, double[]> { ["layers.0.experts.weight"] = [1], ["layers.1.experts.weight"] = [1], ["head.weight"] = [1] }, new double[4], lengths: [2]),
            Throws.ArgumentException.With.Message.StartsWith("The layers cut the maps of an image, whose patches are all valid: leave lengths out."));
    }

    private static IEnumerable<TestCaseData> Grid()
    {
        LayerSpec[] lower =
        [
            new(Routing.Dense, 1, 3, Bias: true),
            new(Routing.Dense, 2, 2),
            new(Routing.Sample, 2, 2),
            .. Enum.GetValues<Gate>().Select(gate => new LayerSpec(Routing.ExpertChoice, 2, 2, 3, gate)),
            .. Enum.GetValues<Gate>().Select(gate => new LayerSpec(Routing.TokenChoice, 3, 2, Gate: gate) { Choice = new TokenChoiceSpec(2) { CapacityFactor = 0.7 } }),
        ];
        return from i in Enumerable.Range(0, lower.Length)
               from image in (bool[])[false, true]
               from ragged in (bool[])[false, true]
               from top in (string[])["pooled", "map", "deep"]
               where !(image && ragged)
               let input = image ? (InputSpec)new ImageInputSpec(4, 5, 1, 2, 2, 1, 1) : new VectorsInputSpec(7, 2)
               let wide = image ? new WindowSpec(3, 2, 1, 2, Padding.Valid) : new WindowSpec(3, 1, 2, 1, Padding.Valid)
               let same = image ? new WindowSpec(3, 3, 1, 2, Padding.Same) : new WindowSpec(3, 1, 1, 1, Padding.Same)
               let middle = new LayerSpec(Routing.ExpertChoice, 2, 2, 2, Gate.SoftmaxSelected) { Map = true, Window = same }
               let last = new LayerSpec(Routing.ExpertChoice, 2, 2, 1, Gate.Sigmoid, Pooling.All, Bias: true) { Window = wide, Map = top == "map" }
               let layers = top == "deep" ? EquatableArray.Of(lower[i] with { Map = true }, middle, last) : EquatableArray.Of(lower[i] with { Map = true }, last)
               select new TestCaseData(new ModelSpec(input, layers, new HeadSpec(HeadKind.Linear, 3), Loss.SoftmaxCrossEntropy), ragged)
                   .SetName($"{{m}}({i}: {lower[i].Routing}, {lower[i].Gate}, {(image ? "image" : "sequence")}, {top}, {(ragged ? "ragged" : "full")})");
    }

    [TestCaseSource(nameof(Grid))]
    public void EveryGradientIsTheLosssSlope(ModelSpec model, bool ragged)
    {
        (ReferencePoint point, IReadOnlyList<string> wrong) = FiniteDifferences.AtASmoothPoint(model, ragged, point => point.Run().Gradients);
        Assert.That(wrong, Is.Empty);
        Assert.That(point.Run().Loss, Is.EqualTo(point.Evaluate().Loss).Within(1e-12));
    }

    /// <summary>What a single layer gives for five patches, read through a head that is the identity.</summary>
    private static double[] Outputs(LayerSpec layer, int length)
    {
        var point = new ReferencePoint(
            new ModelSpec(new VectorsInputSpec(5, 3), EquatableArray.Of(layer), new HeadSpec(HeadKind.Linear, length), Loss.SoftmaxCrossEntropy), 1, seed: 2);
        point.Weights["head.weight"] = [.. Enumerable.Range(0, length * length).Select(i => i % (length + 1) == 0 ? 1.0 : 0)];
        return point.Run().Logits;
    }
}
