using PatchMoE.Cli.Pruning;
using PatchMoE.Reference;

namespace PatchMoE.Tests.Pruning;

/// <summary>Smaller networks against whole ones, computed by the reference.</summary>
public sealed class ExpertPruningTests
{
    private const int Samples = 7;

    private static readonly ImageInputSpec s_image = new(6, 6, 1, 2, 2, 2, 2);

    private static readonly ModelSpec[] s_models =
    [
        new(s_image, EquatableArray.Of(new LayerSpec(Routing.ExpertChoice, 5, 3, 2, Gate.SoftmaxSelected)), new HeadSpec(HeadKind.Fixed, 1), Loss.Logistic),
        new(s_image, EquatableArray.Of(new LayerSpec(Routing.ExpertChoice, 5, 3, 4, Gate.SoftmaxAll, Pooling.All, Bias: true)), new HeadSpec(HeadKind.Linear, 4, Bias: true), Loss.SoftmaxCrossEntropy),
        new(
            new VectorsInputSpec(4, 3, EquatableArray.Of(3)),
            EquatableArray.Of(new LayerSpec(Routing.ExpertChoice, 3, 2, 2, Gate.SoftmaxSelected, Bias: true), new LayerSpec(Routing.ExpertChoice, 5, 2, 2, Gate.Sigmoid, Bias: true)),
            new HeadSpec(HeadKind.Linear, 3),
            Loss.SoftmaxCrossEntropy),
        new(
            s_image,
            EquatableArray.Of(
                new LayerSpec(Routing.Dense, 1, 4) { Map = true },
                new LayerSpec(Routing.ExpertChoice, 5, 3, 2, Gate.Sigmoid, Bias: true) { Map = true, Window = new WindowSpec(2, 2, 1, 1, Padding.Valid) }),
            new HeadSpec(HeadKind.Linear, 3),
            Loss.SoftmaxCrossEntropy),
    ];

    /// <summary>Removing experts is setting their head weights to 0: with a fixed head, a linear one with biases, and below the top layer nothing changes.</summary>
    [Test]
    public void APrunedNetwork_IsTheWholeOneWithTheRemovedHeadWeightsAtZero(
        [ValueSource(nameof(s_models))] ModelSpec model, [Values(new[] { 0, 1, 2, 3, 4 }, new[] { 0, 2, 3 }, new[] { 4 }, new[] { 1 })] int[] kept)
    {
        float[] whole = Drawn(model);
        float[] pruned = ExpertPruning.Keep(model, whole, kept);
        double[] left = Logits(ExpertPruning.WithExperts(model, kept.Length), pruned);

        ParameterSpec head = model.Parameters().Single(parameter => parameter.Role == ParameterRole.Head);
        int neurons = model.Layers[^1].NeuronsPerExpert;
        for (int i = 0; i < head.Length; i++)
        {
            int expert = i / neurons % model.Layers[^1].Experts;
            if (!kept.Contains(expert))
            {
                whole[head.Offset + i] = 0;
            }
        }

        Assert.That(left, Is.EqualTo(Logits(model, whole)).Within(1e-12));
        Assert.That(left.Distinct().Count(), Is.GreaterThan(Samples / 2), "the outputs are not all the same");
    }

    [Test]
    public void RouterMoves_AreDistances()
    {
        ModelSpec model = s_models[0];
        ParameterSpec router = model.Parameters().Single(parameter => parameter.Role == ParameterRole.Router);
        float[] initial = Drawn(model);
        float[] trained = [.. initial];
        trained[router.Offset + (1 * 4)] += 3;
        trained[router.Offset + (1 * 4) + 3] -= 4;
        trained[router.Offset + (4 * 4) + 2] += 0.5f;
        Assert.That(ExpertPruning.RouterMoves(model, initial, trained), Is.EqualTo(new[] { 0, 5, 0, 0, 0.5 }).Within(1e-6));
        Assert.That(ExpertPruning.Ascending([2, 1, 0.5, 1]), Is.EqualTo(new[] { 2, 1, 3, 0 }), "of equal ones the lower index first");
    }

    /// <summary>A router that only turns has moved, but its length has not changed.</summary>
    [Test]
    public void NormChanges_AreThoseOfTheLengths()
    {
        ModelSpec model = s_models[0];
        ParameterSpec router = model.Parameters().Single(parameter => parameter.Role == ParameterRole.Router);
        var initial = new float[ModelParameters.BufferLength(model.Parameters())];
        var trained = new float[initial.Length];
        (initial[router.Offset], trained[router.Offset + 1]) = (2, 2);
        (initial[router.Offset + 4], trained[router.Offset + 4]) = (3, 1);
        Assert.That(ExpertPruning.NormChanges(model, initial, trained), Is.EqualTo(new double[] { 0, 2, 0, 0, 0 }).Within(1e-6));
        Assert.That(ExpertPruning.RouterMoves(model, initial, trained)[0], Is.EqualTo(Math.Sqrt(8)).Within(1e-6));
    }

    [Test]
    public void DrawnOrders_AreDifferentPermutations()
    {
        int[][] orders = [ExpertPruning.Drawn(16, 1, 0), ExpertPruning.Drawn(16, 1, 1), ExpertPruning.Drawn(16, 2, 0)];
        Assert.That(orders.Select(order => string.Join(' ', order)), Is.Unique);
        Assert.That(orders.Select(order => order.Order()), Is.All.EqualTo(Enumerable.Range(0, 16)));
        Assert.That(ExpertPruning.Drawn(16, 1, 0), Is.EqualTo(orders[0]));
    }

    [Test]
    public void WhatCannotBeKept_IsRefused()
    {
        ModelSpec model = s_models[0];
        float[] weights = Drawn(model);
        Assert.That(() => ExpertPruning.Keep(model, weights, []), Throws.ArgumentException);
        Assert.That(() => ExpertPruning.Keep(model, weights, [0, 5]), Throws.ArgumentException);
        Assert.That(() => ExpertPruning.Keep(model, weights, [2, 1]), Throws.ArgumentException);
        Assert.That(() => ExpertPruning.WithExperts(model, 6), Throws.ArgumentException);
        ModelSpec dense = model with { Layers = EquatableArray.Of(new LayerSpec(Routing.Dense, 5, 3)) };
        Assert.That(() => ExpertPruning.WithExperts(dense, 2), Throws.ArgumentException);
    }

    private static float[] Drawn(ModelSpec model)
    {
        var parameters = new float[ModelParameters.BufferLength(model.Parameters())];
        CounterRandom random = CounterRandom.ForName(3, "test.weights");
        foreach (ParameterSpec parameter in model.Parameters())
        {
            for (int i = parameter.Offset; i < parameter.Offset + parameter.Length; i++)
            {
                parameters[i] = (float)random.Normal((ulong)i);
            }
        }

        return parameters;
    }

    private static double[] Logits(ModelSpec model, float[] parameters)
    {
        var reference = new ReferenceModel(model);
        CounterRandom random = CounterRandom.ForName(4, "test.inputs");
        double[] input = [.. Enumerable.Range(0, Samples * model.InputLength()).Select(i => random.Normal((ulong)i))];
        return reference.Run(reference.NamedWeights(parameters), input).Logits;
    }
}
