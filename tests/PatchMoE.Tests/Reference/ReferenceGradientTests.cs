using PatchMoE.Reference;

namespace PatchMoE.Tests;

/// <summary>Every gradient of the reference against finite differences, over the grid of all choices in a spec.</summary>
[Category("Long")]
[Parallelizable(ParallelScope.All)]
public class ReferenceGradientTests
{
    private static readonly LayerSpec[] Layers =
    [
        .. from gate in Enum.GetValues<Gate>()
           from pooling in Enum.GetValues<Pooling>()
           select new LayerSpec(Routing.ExpertChoice, 3, 2, 2, gate, pooling),
        new(Routing.Dense, 3, 2),
        new(Routing.Sample, 3, 2),
    ];

    private static readonly (HeadSpec Head, Loss Loss)[] Heads =
    [
        (new(HeadKind.Fixed, 1), Loss.Logistic),
        (new(HeadKind.Linear, 1, Bias: true), Loss.Logistic),
        (new(HeadKind.Linear, 3), Loss.SoftmaxCrossEntropy),
        (new(HeadKind.Linear, 3, Bias: true), Loss.SoftmaxCrossEntropy),
    ];

    private static readonly InputSpec[] Inputs =
    [
        new VectorsInputSpec(4, 3),
        new ImageInputSpec(4, 5, 2, 3, 2, 1, 2),
        new VectorsInputSpec(3, 2, EquatableArray.Of(3)),
        new VectorsInputSpec(3, 2, EquatableArray.Of(2, 3)),
    ];

    private static IEnumerable<TestCaseData> Grid() =>
        from layer in Layers
        from bias in (bool[])[false, true]
        from head in Heads
        from input in Inputs
        from ragged in (bool[])[false, true]
        select new TestCaseData(Model(input, layer with { Bias = bias }, head.Head, head.Loss), ragged)
            .SetName($"{{m}}({Name(input)}, {layer.Routing}, {layer.Gate}, {layer.Pooling}, {(bias ? "bias" : "no bias")}, " +
                     $"{head.Head.Kind}{head.Head.Outputs}{(head.Head.Bias ? " bias" : "")}, {(ragged ? "ragged" : "full")})");

    [TestCaseSource(nameof(Grid))]
    public void EveryGradientIsTheLosssSlope(ModelSpec model, bool ragged)
    {
        (ReferencePoint point, IReadOnlyList<string> wrong) = FiniteDifferences.AtASmoothPoint(model, ragged, point => point.Run().Gradients);
        Assert.That(wrong, Is.Empty);
        Assert.That(
            point.Run().Gradients.Keys,
            Is.EquivalentTo(model.Parameters().Where(parameter => parameter.HasGradient).Select(parameter => parameter.Name).Append("input")));
        Assert.That(point.Run().Loss, Is.EqualTo(point.Evaluate().Loss).Within(1e-12));
    }

    [Test]
    public void AWrongGradientIsSeen()
    {
        var layer = new LayerSpec(Routing.ExpertChoice, 3, 2, 2, Gate.SoftmaxAll, Bias: true);
        ModelSpec model = Model(Inputs[2], layer, new HeadSpec(HeadKind.Linear, 3, Bias: true), Loss.SoftmaxCrossEntropy);
        string[] names = [.. model.Parameters().Select(parameter => parameter.Name), "input"];
        Assert.That(names, Has.Length.EqualTo(9));
        foreach (string name in names)
        {
            (_, IReadOnlyList<string> scaled) = FiniteDifferences.AtASmoothPoint(model, false, point => With(point.Run().Gradients, name, g => g * 1.0001));
            Assert.That(scaled, Is.EqualTo(new[] { name }));

            (_, IReadOnlyList<string> notANumber) = FiniteDifferences.AtASmoothPoint(model, false, point => With(point.Run().Gradients, name, _ => double.NaN));
            Assert.That(notANumber, Is.EqualTo(new[] { name }));
        }
    }

    [Test]
    public void APointBesideAKinkIsNotUsed()
    {
        var point = new ReferencePoint(Model(Inputs[0], Layers[0] with { Bias = true }, Heads[0].Head, Heads[0].Loss), 1, seed: 1);
        Array.Clear(point.Weights["layers.0.experts.weight"]);
        Array.Clear(point.Weights["layers.0.experts.bias"]);
        Assert.That(FiniteDifferences.Wrong(point, point.Run().Gradients), Is.Null);
    }

    [Test]
    public void BackwardOfTheLosssOwnGradientIsTheSame()
    {
        ModelSpec model = Model(Inputs[3], Layers[3] with { Bias = true }, Heads[1].Head, Heads[1].Loss);
        var point = new ReferencePoint(model, 2, seed: 1, ragged: true);
        ReferenceResult result = point.Run();
        double[] logitsGradient = [.. result.Logits.Select((f, b) => -point.Labels[b] / (1 + Math.Exp(point.Labels[b] * f)) / 2)];
        IReadOnlyDictionary<string, double[]> gradients = point.Model.Backward(point.Weights, point.Input, logitsGradient, point.Lengths);
        Assert.That(gradients.Keys, Is.EquivalentTo(result.Gradients.Keys));
        foreach ((string name, double[] gradient) in gradients)
        {
            Assert.That(gradient, Is.EqualTo(result.Gradients[name]).Within(1e-12), name);
        }
    }

    /// <summary>The layer under test as the bottom of one level, the top of two, the middle of three, with other choices around it.</summary>
    private static ModelSpec Model(InputSpec input, LayerSpec layer, HeadSpec head, Loss loss)
    {
        var below = new LayerSpec(Routing.ExpertChoice, 2, 3, 2, Gate.SoftmaxSelected, Pooling.All, Bias: true);
        var above = new LayerSpec(Routing.ExpertChoice, 2, 3, 1, Gate.Sigmoid, Pooling.Sum);
        EquatableArray<LayerSpec> layers = input switch
        {
            VectorsInputSpec { Groups.Count: 1 } => EquatableArray.Of(below, layer),
            VectorsInputSpec { Groups.Count: 2 } => EquatableArray.Of(below, layer, above),
            _ => EquatableArray.Of(layer),
        };
        return new ModelSpec(input, layers, head, loss);
    }

    private static Dictionary<string, double[]> With(IReadOnlyDictionary<string, double[]> gradients, string name, Func<double, double> change) =>
        gradients.ToDictionary(pair => pair.Key, pair => pair.Key == name ? [.. pair.Value.Select(change)] : pair.Value);

    private static string Name(InputSpec input) => input switch
    {
        VectorsInputSpec vectors => $"{vectors.Groups.Count + 1} levels of vectors",
        _ => "overlapping image",
    };
}
