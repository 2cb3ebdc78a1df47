using PatchMoE.Reference;

namespace PatchMoE.Tests;

/// <summary>The network's definition on numbers that can be checked by hand.</summary>
public class ReferenceSemanticsTests
{
    private const double E = Math.E;

    // Four patches of one value. The router is ×1 and the only neuron ×1, so that scores and activations are the values: 3, 1, 4, 2.
    private static readonly double[] Four = [3, 1, 4, 2];

    [TestCase(Gate.None, Pooling.Selected, (4 + 3) / 2.0)]
    [TestCase(Gate.None, Pooling.All, (4 + 3) / 4.0)]
    [TestCase(Gate.None, Pooling.Sum, 4 + 3.0)]
    [TestCase(Gate.SoftmaxSelected, Pooling.Sum, ((4 * E) + 3) / (E + 1))]
    [TestCase(Gate.SoftmaxAll, Pooling.Sum, ((4 * E * E * E) + (3 * E * E)) / ((E * E * E) + (E * E) + E + 1))]
    [TestCase(Gate.Sigmoid, Pooling.Sum, (4 * E * E * E * E / ((E * E * E * E) + 1)) + (3 * E * E * E / ((E * E * E) + 1)))]
    public void AnExpertTakesItsBestPatches(Gate gate, Pooling pooling, double y)
    {
        ReferenceResult result = Run(new LayerSpec(Routing.ExpertChoice, 1, 1, 2, gate, pooling), Four, [1]);
        Assert.That(result.Logits, Is.EqualTo(new[] { y }).Within(1e-9));
        Assert.That(result.Routes, Is.EqualTo(new[] { 2, 0 }));
        Assert.That(result.RouteScores, Is.EqualTo(new[] { 4.0, 3.0 }));
        Assert.That(result.Loss, Is.Null);
        Assert.That(result.Gradients, Is.Empty);
    }

    [Test]
    public void DenseIsTheMeanOverAllPatches()
    {
        ReferenceResult result = Run(new LayerSpec(Routing.Dense, 2, 1), Four, []);
        Assert.That(result.Logits, Is.EqualTo(new[] { 2.5 + 2.5 }).Within(1e-12));
        Assert.That((result.Routes, result.RouteScores, result.RouteGates), Is.EqualTo(((int[]?)null, (double[]?)null, (double[]?)null)));
    }

    [Test]
    public void SampleRoutingGivesTheSampleToTheBestExpert()
    {
        // Scores 0.1·10 and 0.2·10: expert 1, with probability e² / (e + e²).
        ReferenceResult result = Run(new LayerSpec(Routing.Sample, 2, 1), Four, [0.1, 0.2]);
        double probability = E / (1 + E);
        Assert.That(result.Logits, Is.EqualTo(new[] { probability * 2.5 }).Within(1e-12));
        Assert.That(result.Routes, Is.EqualTo(new[] { 1 }));
        Assert.That(result.RouteScores, Is.EqualTo(new[] { 2.0 }).Within(1e-12));
        Assert.That(result.RouteGates, Is.EqualTo(new[] { probability }).Within(1e-12));
    }

    [Test]
    public void OfEqualScoresTheLowerPatchAndExpertComeFirst()
    {
        double[] ties = [1, 2, 2, 1];
        Assert.That(Run(new LayerSpec(Routing.ExpertChoice, 2, 1, 3), ties, [1, -1]).Routes, Is.EqualTo(new[] { 1, 2, 0, 0, 3, 1 }));
        Assert.That(Run(new LayerSpec(Routing.Sample, 3, 1), ties, [0, 1, 1]).Routes, Is.EqualTo(new[] { 1 }));
    }

    [Test]
    public void ReluHasSlopeZeroAtZero()
    {
        var point = new ReferencePoint(OneLevel(new LayerSpec(Routing.Dense, 1, 1, Bias: true), 4, 1), 1, seed: 1);
        Array.Clear(point.Weights["layers.0.experts.weight"]);
        Array.Clear(point.Weights["layers.0.experts.bias"]);
        ReferenceResult result = point.Run();
        Assert.That(result.Gradients["layers.0.experts.weight"], Has.All.Zero);
        Assert.That(result.Gradients["layers.0.experts.bias"], Has.All.Zero);
    }

    [Test]
    public void AnImageIsCutInRowsColumnsAndChannels()
    {
        // 3×3×2, window 2×2, step 1: the router of value i of a patch alone scores each patch by its i-th value.
        var input = new ImageInputSpec(3, 3, 2, 2, 2, 1, 1);
        double[] pixels = [.. Enumerable.Range(0, 18).Select(i => (double)i)];
        int[][] patches = [[0, 1, 2, 3, 6, 7, 8, 9], [2, 3, 4, 5, 8, 9, 10, 11], [6, 7, 8, 9, 12, 13, 14, 15], [8, 9, 10, 11, 14, 15, 16, 17]];
        for (int i = 0; i < 8; i++)
        {
            var router = new double[8];
            router[i] = 1;
            var model = new ReferenceModel(new ModelSpec(
                input, EquatableArray.Of(new LayerSpec(Routing.ExpertChoice, 1, 1, 4)), new HeadSpec(HeadKind.Fixed, 1), Loss.Logistic));
            ReferenceResult result = model.Run(
                new Dictionary<string, double[]> { ["layers.0.router.weight"] = router, ["layers.0.experts.weight"] = new double[8], ["head.weight"] = [1] }, pixels);
            Assert.That(result.RouteScores!.Order(), Is.EqualTo(patches.Select(patch => (double)patch[i])));
        }
    }

    [Test]
    public void PixelsThatAreInNoPatchHaveNoInfluence()
    {
        var model = new ModelSpec(
            new ImageInputSpec(3, 4, 1, 2, 2, 2, 2), EquatableArray.Of(new LayerSpec(Routing.Dense, 1, 3)), new HeadSpec(HeadKind.Linear, 2), Loss.SoftmaxCrossEntropy);
        double[] gradient = new ReferencePoint(model, 1, seed: 1).Run().Gradients["input"];
        Assert.That(gradient[8..], Has.All.Zero, "row 2");
        Assert.That(gradient[..8], Has.Some.Not.Zero);
    }

    [Test]
    public void PatchesPastTheLengthHaveNoInfluence(
        [Values] Routing routing, [Values] Gate gate, [Values(Pooling.Selected, Pooling.Sum)] Pooling pooling, [Values(1, 2, 4)] int valid)
    {
        // The same as a network with only the valid patches: NaN in the others must change nothing.
        LayerSpec Layer(int patches) => routing switch
        {
            Routing.ExpertChoice => new LayerSpec(routing, 2, 3, Math.Min(3, patches), gate, pooling, Bias: true),
            Routing.TokenChoice => new LayerSpec(routing, 2, 3, 0, gate, pooling, Bias: true) { Choice = new TokenChoiceSpec(1) { CapacityFactor = 1.2, ZLoss = 0.1 } },
            _ => new LayerSpec(routing, 2, 3, Bias: true),
        };
        var few = new ReferencePoint(OneLevel(Layer(valid), valid, 2), 1, seed: 1);
        var model = new ReferenceModel(OneLevel(Layer(5), 5, 2));
        double[] padded = [.. few.Input, .. Enumerable.Repeat(double.NaN, (5 - valid) * 2)];

        ReferenceResult expected = few.Run();
        ReferenceResult actual = model.Run(few.Weights, padded, few.Labels, [valid]);
        Assert.That(actual.Logits, Is.EqualTo(expected.Logits));
        Assert.That(actual.Routes?.Where(route => route >= 0), Is.EqualTo(expected.Routes?.Where(route => route >= 0)));
        foreach ((string name, double[] gradient) in expected.Gradients)
        {
            Assert.That(actual.Gradients[name], Is.EqualTo(name == "input" ? [.. gradient, .. new double[(5 - valid) * 2]] : gradient), name);
        }
    }

    [Test]
    public void PoolingOverAllKeepsNWhateverTheLength()
    {
        ReferenceResult result = Run(new LayerSpec(Routing.ExpertChoice, 1, 1, 2, Gate.None, Pooling.All), Four, [1], lengths: [1]);
        Assert.That(result.Logits, Is.EqualTo(new[] { 3 / 4.0 }));
        Assert.That(result.Routes, Is.EqualTo(new[] { 0, -1 }));
        Assert.That(result.RouteScores, Is.EqualTo(new[] { 3.0, 0 }));
        Assert.That(result.RouteGates, Is.EqualTo(new[] { 1.0, 0 }));
    }

    [TestCase(Routing.ExpertChoice)]
    [TestCase(Routing.Dense)]
    [TestCase(Routing.Sample)]
    public void ASampleWithoutPatchesGivesZero(Routing routing)
    {
        var layer = new LayerSpec(routing, 2, 3, routing == Routing.ExpertChoice ? 2 : 0, Bias: true);
        var point = new ReferencePoint(OneLevel(layer, 4, 2), 1, seed: 1);
        ReferenceResult result = point.Model.Run(point.Weights, point.Input, point.Labels, [0]);
        Assert.That(result.Logits, Is.EqualTo(new double[] { 0, 0 }));
        Assert.That(result.Gradients.Values.SelectMany(gradient => gradient), Has.All.Zero);
        Assert.That(result.Routes, Is.EqualTo(routing switch
        {
            Routing.ExpertChoice => new[] { -1, -1, -1, -1 },
            Routing.Sample => [0],
            _ => (int[]?)null,
        }));
        if (routing == Routing.Sample)
        {
            Assert.That(result.RouteGates, Is.EqualTo(new[] { 0.5 }));
        }
    }

    [Test]
    public void LevelsAreLayersUponLayers()
    {
        // Three levels at once, and the same level by level: each group a sample, each output a patch.
        LayerSpec[] layers =
        [
            new(Routing.ExpertChoice, 2, 2, 2, Gate.SoftmaxSelected, Pooling.Selected, Bias: true),
            new(Routing.Sample, 3, 1),
            new(Routing.Dense, 1, 3),
        ];
        var groups = EquatableArray.Of(2, 3);
        var whole = new ReferencePoint(
            new ModelSpec(new VectorsInputSpec(4, 2, groups), new(layers), new HeadSpec(HeadKind.Linear, 3), Loss.SoftmaxCrossEntropy), 2, seed: 5, ragged: true);

        double[] lowest = Outputs(layers[0], 0, whole, new VectorsInputSpec(4, 2), whole.Input, whole.Lengths);
        int[] filled = Filled(whole.Lengths!, 3);
        double[] middle = Outputs(layers[1], 1, whole, new VectorsInputSpec(3, 4), lowest, filled);
        double[] top = Outputs(layers[2], 2, whole, new VectorsInputSpec(2, 3), middle, Filled(filled, 2));
        double[] logits = [.. top.Chunk(3).SelectMany(y => whole.Weights["head.weight"].Chunk(3).Select(a => a.Zip(y, (p, q) => p * q).Sum()))];

        ReferenceResult result = whole.Run();
        Assert.That(result.Logits, Is.EqualTo(logits).Within(1e-12));
        Assert.That(result.Routes, Has.Length.EqualTo(2 * 6 * 2 * 2));

        // An upper layer sees its patches up to the last with a valid patch below it.
        static int[] Filled(int[] lengths, int patches) => [.. lengths.Chunk(patches).Select(below => Array.FindLastIndex(below, length => length > 0) + 1)];
    }

    [Test]
    public void LossesAreStableForHugeLogits()
    {
        var logistic = new ReferenceModel(OneLevel(new LayerSpec(Routing.Dense, 1, 1), 1, 1));
        double[] Loss(double f, int label)
        {
            var weights = new Dictionary<string, double[]> { ["layers.0.experts.weight"] = [1], ["head.weight"] = [f, -f] };
            ReferenceResult result = logistic.Run(weights, [1], [label]);
            return [result.Loss!.Value, .. result.Gradients["head.weight"]];
        }

        Assert.That(Loss(5000, 0), Is.EqualTo(new double[] { 0, 0, 0 }));
        Assert.That(Loss(5000, 1), Is.EqualTo(new double[] { 10000, 1, -1 }));

        var oneLogit = new ReferenceModel(new ModelSpec(
            new VectorsInputSpec(1, 1), EquatableArray.Of(new LayerSpec(Routing.Dense, 1, 1)), new HeadSpec(HeadKind.Linear, 1), PatchMoE.Loss.Logistic));
        (double Loss, double Slope) Logistic(double f, int label)
        {
            var weights = new Dictionary<string, double[]> { ["layers.0.experts.weight"] = [1], ["head.weight"] = [f] };
            ReferenceResult result = oneLogit.Run(weights, [1], [label]);
            return (result.Loss!.Value, result.Gradients["head.weight"][0]);
        }

        Assert.That(Logistic(-5000, 1), Is.EqualTo((5000.0, -1.0)));
        Assert.That(Logistic(5000, 1).Loss, Is.Zero);
        Assert.That(Logistic(40, 1).Loss, Is.EqualTo(Math.Exp(-40)).Within(1e-12 * Math.Exp(-40)), "log(1 + t) of a tiny t");
    }

    [Test]
    public void WrongArgumentsAreExplained()
    {
        var point = new ReferencePoint(OneLevel(new LayerSpec(Routing.ExpertChoice, 1, 1, 2), 4, 1), 2, seed: 1);
        var logistic = new ReferencePoint(new ModelSpec(
            new VectorsInputSpec(4, 1), EquatableArray.Of(new LayerSpec(Routing.Dense, 1, 1)), new HeadSpec(HeadKind.Linear, 1), Loss.Logistic), 1, seed: 1);

        void Check(Action act, string message) => Assert.That(Assert.Throws<ArgumentException>(act)!.Message, Does.StartWith(message));

        Check(() => point.Model.Run(point.Weights, new double[7]), "The input has 7 values; it needs a positive multiple of 4, the values of a sample.");
        Check(() => point.Model.Run(point.Weights, []), "The input has 0 values; it needs a positive multiple of 4, the values of a sample.");
        Check(() => point.Model.Run(point.Weights, point.Input, [0]), "There are 1 labels for 2 samples; each sample needs one.");
        Check(() => point.Model.Run(point.Weights, point.Input, [0, 2]), "Label 1 is 2; the loss needs 0 to 1.");
        Check(() => point.Model.Run(point.Weights, point.Input, [-1, 0]), "Label 0 is -1; the loss needs 0 to 1.");
        Check(() => logistic.Model.Run(logistic.Weights, logistic.Input, [0]), "Label 0 is 0; the loss needs −1 or +1.");
        Check(() => point.Model.Run(point.Weights, point.Input, null, [1]), "There are 1 lengths; 2 samples of 1 groups need 2.");
        Check(() => point.Model.Run(point.Weights, point.Input, null, [0, 5]), "Length 1 is 5; a count of valid patches is 0 to 4.");
        Check(() => point.Model.Run(point.Weights, point.Input, null, [-1, 0]), "Length 0 is -1; a count of valid patches is 0 to 4.");
        Check(() => point.Model.Backward(point.Weights, point.Input, new double[3]), "The gradient with respect to the logits has 3 values; 2 samples of 2 logits need 4.");
        Check(() => point.Model.NamedWeights(new float[3]), "The buffer has 3 values, but the model's parameters take 48.");

        point.Weights["head.weight"] = new double[3];
        Check(() => point.Model.Run(point.Weights, point.Input), "The weight 'head.weight' has 3 values, but its shape [2, 1] needs 2.");
        point.Weights.Remove("head.weight");
        Check(() => point.Model.Run(point.Weights, point.Input), "The weight 'head.weight' is missing.");
        point.Weights["head.wait"] = [];
        Check(() => point.Model.Run(point.Weights, point.Input), "'head.wait' is not a weight of the model; it has layers.0.router.weight, layers.0.experts.weight, head.weight.");
    }

    /// <summary>Patches of one value, neurons ×1 and a head of ones: the logit is Σ_s y_s.</summary>
    private static ReferenceResult Run(LayerSpec layer, double[] patches, double[] router, int[]? lengths = null)
    {
        var model = new ReferenceModel(new ModelSpec(
            new VectorsInputSpec(patches.Length, 1), EquatableArray.Of(layer), new HeadSpec(HeadKind.Fixed, 1), Loss.Logistic));
        double[] ones = [.. Enumerable.Repeat(1.0, layer.Experts)];
        var weights = new Dictionary<string, double[]> { ["layers.0.experts.weight"] = ones, ["head.weight"] = ones };
        if (layer.Routing != Routing.Dense)
        {
            weights["layers.0.router.weight"] = router;
        }

        return model.Run(weights, patches, labels: null, lengths);
    }

    private static ModelSpec OneLevel(LayerSpec layer, int patches, int dimension) =>
        new(new VectorsInputSpec(patches, dimension), EquatableArray.Of(layer), new HeadSpec(HeadKind.Linear, 2), Loss.SoftmaxCrossEntropy);

    /// <summary>y [B, m] of one layer of a network on its own, read through a head that is the identity.</summary>
    private static double[] Outputs(LayerSpec layer, int index, ReferencePoint whole, VectorsInputSpec input, double[] x, int[]? lengths = null)
    {
        int outputs = layer.Experts * layer.NeuronsPerExpert;
        var model = new ReferenceModel(new ModelSpec(input, EquatableArray.Of(layer), new HeadSpec(HeadKind.Linear, outputs), Loss.SoftmaxCrossEntropy));
        Dictionary<string, double[]> weights = whole.Weights
            .Where(pair => pair.Key.StartsWith($"layers.{index}.", StringComparison.Ordinal))
            .ToDictionary(pair => pair.Key.Replace($"layers.{index}.", "layers.0.", StringComparison.Ordinal), pair => pair.Value);
        weights["head.weight"] = [.. Enumerable.Range(0, outputs * outputs).Select(i => i % (outputs + 1) == 0 ? 1.0 : 0.0)];
        return model.Run(weights, x, labels: null, lengths).Logits;
    }
}
