using PatchMoE.Reference;

namespace PatchMoE.Tests;

/// <summary>Token choice on numbers that can be checked by hand.</summary>
[Category("Long")]
public class ReferenceTokenChoiceTests
{
    private const double E = Math.E;

    // Two values per patch; the routers are the unit vectors, so the scores of a patch are its values. Neuron e adds up both values.
    private static readonly double[] Patches = [2, 1, 1, 0, 0, 3, 4, 4];

    [TestCase(Gate.None, Pooling.Sum, 3 + 1 + 8.0, 3.0)]
    [TestCase(Gate.None, Pooling.All, 12 / 4.0, 3 / 4.0)]
    [TestCase(Gate.None, Pooling.Selected, 12 / 3.0, 3.0)]
    [TestCase(Gate.SoftmaxSelected, Pooling.Sum, 12.0, 3.0)]
    [TestCase(Gate.SoftmaxAll, Pooling.Sum, (4 * E / (E + 1)) + (8 / 2.0), 3 * E * E * E / ((E * E * E) + 1))]
    [TestCase(Gate.Sigmoid, Pooling.Selected, ((3 * E * E / ((E * E) + 1)) + (E / (E + 1)) + (8 * E * E * E * E / ((E * E * E * E) + 1))) / 3, 3 * E * E * E / ((E * E * E) + 1))]
    public void APatchTakesItsBestExpert(Gate gate, Pooling pooling, double first, double second)
    {
        ReferenceResult result = Run(Layer(1, gate, pooling), Patches);
        Assert.That(result.Routes, Is.EqualTo(new[] { 0, 0, 1, 0 }), "patch 3 ties: the lower expert");
        Assert.That(result.RouteScores, Is.EqualTo(new[] { 2.0, 1, 3, 4 }));
        Assert.That(result.Logits, Is.EqualTo(new[] { first, second }).Within(1e-12));
    }

    [TestCase(Priority.Order, new[] { 0, 0, 1, -1 })]
    [TestCase(Priority.Score, new[] { 0, -1, 1, 0 })]
    public void AFullExpertDropsThePatchesThatComeLast(Priority priority, int[] routes)
    {
        // Two places each. Patch 3 has the larger scores, but softmax makes it indifferent; patch 0 and 1 are equally sure of expert 0.
        double[] patches = [2, 1, 2, 1.5, 0, 3, 4, 1];
        ReferenceResult result = Run(Layer(1, Gate.None, Pooling.Sum, factor: 1, priority: priority), patches);
        Assert.That(result.Routes, Is.EqualTo(routes));
    }

    [Test]
    public void AllFirstChoicesComeBeforeAnySecond()
    {
        // Both experts of every patch, with room for three of eight pairs each: the first choices 0, 1, 3 and 2, then the second choices of patches 0 and 1.
        ReferenceResult result = Run(Layer(2, Gate.SoftmaxSelected, Pooling.Sum, factor: 0.75), Patches);
        Assert.That(result.Routes, Is.EqualTo(new[] { 0, 1, 0, 1, 1, -1, 0, -1 }));
        double dropped = E * E * E / ((E * E * E) + 1);
        Assert.That(result.RouteGates![4], Is.EqualTo(dropped).Within(1e-12), "the softmax runs over dropped pairs, too");
    }

    [Test]
    public void AnExpertThatTookNothingGivesZero()
    {
        ReferenceResult result = Run(Layer(1, Gate.None, Pooling.Selected), [1, 0, 2, 0, 3, 0, 4, 0]);
        Assert.That(result.Logits, Is.EqualTo(new[] { 10 / 4.0, 0 }));
    }

    [TestCase(0.5, 2, new[] { 0, -1 }, Description = "half of two valid patches, not of four")]
    [TestCase(0.5, 0, new int[0])]
    public void CapacityCountsValidPatches(double factor, int valid, int[] routes)
    {
        ReferenceResult result = Run(Layer(1, Gate.None, Pooling.All, factor) with { Experts = 1 }, Patches, lengths: [valid]);
        Assert.That(result.Routes, Is.EqualTo(routes.Concat([-1, -1, -1, -1]).Take(4)));
        Assert.That(result.Logits[0], Is.EqualTo(valid == 0 ? 0 : 3 / 4.0));
    }

    [Test]
    public void AuxiliaryLossesAreOverAllValidPatches()
    {
        // Softmax values of expert 0: s(1), s(1), s(-3), 1/2 with s the logistic function; it is chosen three times of four.
        double s = E / (E + 1);
        double low = 1 / (1 + (E * E * E));
        double p = (s + s + low + 0.5) / 4;
        double expected = 0.1 * 2 * ((0.75 * p) + (0.25 * (1 - p)));
        LayerSpec layer = Layer(1, Gate.None, Pooling.Sum);
        Assert.That(Run(With(layer, BalanceKind.Switch, 0.1, 0), Patches).AuxiliaryLoss, Is.EqualTo(expected).Within(1e-12));
        Assert.That(Run(With(layer, BalanceKind.Importance, 0.1, 0), Patches).AuxiliaryLoss, Is.EqualTo(0.1 * 4 * (p - 0.5) * (p - 0.5)).Within(1e-12));
        Assert.That(Run(With(layer, null, 0, 0.5), Patches, lengths: [1]).AuxiliaryLoss, Is.EqualTo(0.5 * Math.Pow(Math.Log((E * E) + E), 2)).Within(1e-12));
        Assert.That(Run(With(layer, BalanceKind.Switch, 0.1, 0.5), Patches, lengths: [0]).AuxiliaryLoss, Is.Zero);
    }

    private static readonly LayerSpec[] s_layers =
    [
        .. from gate in Enum.GetValues<Gate>()
           from pooling in Enum.GetValues<Pooling>()
           select Layer(2, gate, pooling) with { Experts = 3, Bias = true },
        .. from gate in Enum.GetValues<Gate>()
           from priority in Enum.GetValues<Priority>()
           from kind in Enum.GetValues<BalanceKind>()
           select With(Layer(2, gate, Pooling.Selected, 0.6, priority) with { Experts = 3 }, kind, 0.3, 0.2),
        With(Layer(1, Gate.SoftmaxAll, Pooling.All), null, 0, 0.4),
    ];

    private static IEnumerable<TestCaseData> Grid() =>
        from i in Enumerable.Range(0, s_layers.Length)
        from groups in (bool[])[false, true]
        from ragged in (bool[])[false, true]
        let layer = s_layers[i]
        let above = new LayerSpec(Routing.Dense, 2, 2)
        let input = new VectorsInputSpec(5, 3, groups ? EquatableArray.Of(2) : default)
        select new TestCaseData(
            new ModelSpec(input, groups ? EquatableArray.Of(layer, above) : EquatableArray.Of(layer), new HeadSpec(HeadKind.Linear, 3, Bias: true), Loss.SoftmaxCrossEntropy),
            ragged).SetName($"{{m}}({i}: {layer.Gate}, {layer.Pooling}, {layer.Choice}, {(groups ? "groups" : "one level")}, {(ragged ? "ragged" : "full")})");

    [TestCaseSource(nameof(Grid))]
    public void EveryGradientIsTheLosssSlope(ModelSpec model, bool ragged)
    {
        (ReferencePoint point, IReadOnlyList<string> wrong) = FiniteDifferences.AtASmoothPoint(model, ragged, point => point.Run().Gradients);
        Assert.That(wrong, Is.Empty);
        Assert.That(point.Run().Loss, Is.EqualTo(point.Evaluate().Loss).Within(1e-12));
    }

    private static LayerSpec Layer(int chosen, Gate gate, Pooling pooling, double? factor = null, Priority priority = Priority.Order) =>
        new(Routing.TokenChoice, 2, 1, Gate: gate, Pooling: pooling) { Choice = new TokenChoiceSpec(chosen) { CapacityFactor = factor, Priority = priority } };

    private static LayerSpec With(LayerSpec layer, BalanceKind? kind, double weight, double zLoss) => layer with
    {
        Choice = layer.Choice! with { Balance = kind is { } known ? new BalanceSpec(known, weight) : null, ZLoss = zLoss },
    };

    /// <summary>Four patches of two values, routers that read them, neurons that add them, and a head that shows y.</summary>
    private static ReferenceResult Run(LayerSpec layer, double[] patches, int[]? lengths = null)
    {
        int experts = layer.Experts;
        var model = new ReferenceModel(new ModelSpec(
            new VectorsInputSpec(4, 2), EquatableArray.Of(layer), new HeadSpec(HeadKind.Linear, experts), Loss.SoftmaxCrossEntropy));
        return model.Run(
            new Dictionary<string, double[]>
            {
                ["layers.0.router.weight"] = [.. new double[] { 1, 0, 0, 1 }.Take(2 * experts)],
                ["layers.0.experts.weight"] = [.. Enumerable.Repeat(1.0, 2 * experts)],
                ["head.weight"] = [.. Enumerable.Range(0, experts * experts).Select(i => i % (experts + 1) == 0 ? 1.0 : 0)],
            },
            patches,
            labels: null,
            lengths);
    }
}
