namespace PatchMoE.Tests;

public class WeightInitializerTests
{
    private static readonly PatchMoESpec Joint = Spec(new HeadSpec(HeadKind.Fixed, 1), new InitSpec(0.0001, 0.01, null));

    [Test]
    public void EachTensorHasItsMeanAndVariance()
    {
        PatchMoESpec spec = Spec(new HeadSpec(HeadKind.Linear, 200), InitSpec.Default, neurons: 40);
        AssertNormal(Tensor(spec, "layers.0.router.weight"), Math.Sqrt(1.0 / 784));
        AssertNormal(Tensor(spec, "layers.0.experts.weight"), Math.Sqrt(2.0 / 784));
        AssertNormal(Tensor(spec, "head.weight"), Math.Sqrt(1.0 / (8 * 40)));
    }

    [Test]
    public void TheSpecGivesTheStandardDeviations()
    {
        AssertNormal(Tensor(Joint, "layers.0.router.weight"), 0.0001);
        AssertNormal(Tensor(Joint, "layers.0.experts.weight"), 0.01);
        PatchMoESpec linear = Spec(new HeadSpec(HeadKind.Linear, 500), new InitSpec(null, null, 3));
        AssertNormal(Tensor(linear, "head.weight"), 3);
    }

    [Test]
    public void AGaussianHeadIsStandardNormalWhateverTheScales() =>
        AssertNormal(Tensor(Spec(new HeadSpec(HeadKind.Fixed, 1), new InitSpec(1e-4, 1e-2, 5), neurons: 1000), "head.weight"), 1);

    [Test]
    public void ASignHeadIsPlusOneForExpert0AndMinusOneForExpert1()
    {
        PatchMoESpec spec = Spec(new HeadSpec(HeadKind.Fixed, 1, HeadWeights.Sign), InitSpec.Default, experts: 2, neurons: 3);
        Assert.That(Tensor(spec, "head.weight"), Is.EqualTo(new float[] { 1, 1, 1, -1, -1, -1 }));
    }

    [Test]
    public void ASignHeadOnAMapHasTheSameSignsForEachPatch()
    {
        PatchMoESpec pooled = Spec(new HeadSpec(HeadKind.Fixed, 1, HeadWeights.Sign), InitSpec.Default, experts: 2, neurons: 3);
        PatchMoESpec spec = pooled with { Model = pooled.Model with { Layers = pooled.Model.Layers.Select(layer => layer with { Map = true }).ToEquatableArray() } };
        int patches = spec.Model.LayerShapes()[0].Patches;
        Assert.That(patches, Is.GreaterThan(1));
        Assert.That(Tensor(spec, "head.weight"), Is.EqualTo(Enumerable.Repeat(new float[] { 1, 1, 1, -1, -1, -1 }, patches).SelectMany(signs => signs)));
    }

    [Test]
    public void BiasesAndGapsAreZero()
    {
        PatchMoESpec spec = Spec(new HeadSpec(HeadKind.Linear, 3, Bias: true), InitSpec.Default, bias: true);
        float[] parameters = Initialize(spec, 1);
        bool[] drawn = new bool[parameters.Length];
        foreach (ParameterSpec tensor in spec.Model.Parameters().Where(tensor => tensor.Role is ParameterRole.Router or ParameterRole.Experts or ParameterRole.Head))
        {
            drawn.AsSpan(tensor.Offset, tensor.Length).Fill(true);
        }

        Assert.That(drawn, Has.Some.False);
        Assert.That(parameters.Where((_, i) => !drawn[i]), Has.All.Zero);
        Assert.That(parameters.Where((_, i) => drawn[i]), Has.All.Not.Zero);
    }

    [Test]
    public void ASpecWithoutTrainingTakesTheDefaults() =>
        Assert.That(
            Initialize(Joint with { Training = null }, 1),
            Is.EqualTo(Initialize(Spec(Joint.Model.Head, InitSpec.Default), 1)));

    [Test]
    public void ATensorDoesNotDependOnTheOthers()
    {
        // Bias and head change every offset after them, but not the values.
        PatchMoESpec other = Spec(new HeadSpec(HeadKind.Linear, 2, Bias: true), new InitSpec(0.0001, 0.01, null), bias: true);
        foreach (string name in (string[])["layers.0.router.weight", "layers.0.experts.weight"])
        {
            Assert.That(Tensor(other, name), Is.EqualTo(Tensor(Joint, name)), name);
        }
    }

    [Test]
    public void ThreadsDrawTheSameValues()
    {
        float[] expected = Initialize(Joint, 3);
        Parallel.For(0, 8, _ => Assert.That(Initialize(Joint, 3), Is.EqualTo(expected)));
        Assert.That(Initialize(Joint, 4), Is.Not.EqualTo(expected));
    }

    // Every result of a seed depends on these numbers. They were computed independently of this code, with 40 digits.
    [Test]
    public void TheNumbersOfASeedStayTheSame()
    {
        Assert.That(Tensor(Joint, "layers.0.router.weight")[..4], Is.EqualTo(new[] { 2.79762098e-05f, -1.54786539e-05f, 1.56590431e-05f, 7.78861577e-05f }));
        Assert.That(Tensor(Joint, "layers.0.experts.weight")[..4], Is.EqualTo(new[] { -0.0156832878f, 0.0109035857f, -0.0116546117f, 0.00276814285f }));
        Assert.That(Tensor(Joint, "head.weight")[..4], Is.EqualTo(new[] { 0.595716357f, -0.733837068f, 0.312204778f, 1.38678038f }));
    }

    [Test]
    public void AWrongBufferIsTheCallersMistake() =>
        Assert.Throws<ArgumentException>(() => WeightInitializer.Initialize(Joint, 1, new float[3]));

    private static PatchMoESpec Spec(HeadSpec head, InitSpec init, int experts = 8, int neurons = 5, bool bias = false) =>
        new(
            "mnist-joint",
            new ModelSpec(
                new ImageInputSpec(112, 112, 1, 28, 28, 28, 28),
                EquatableArray.Of(new LayerSpec(Routing.ExpertChoice, experts, neurons, 6, Gate.SoftmaxSelected, Bias: bias)),
                head,
                head.Outputs == 1 ? Loss.Logistic : Loss.SoftmaxCrossEntropy),
            TrainingSpec.Default with { Init = init });

    private static float[] Initialize(PatchMoESpec spec, ulong seed)
    {
        // Old contents must not remain.
        float[] parameters = [.. Enumerable.Repeat(float.NaN, ModelParameters.BufferLength(spec.Model.Parameters()))];
        WeightInitializer.Initialize(spec, seed, parameters);
        return parameters;
    }

    private static float[] Tensor(PatchMoESpec spec, string name)
    {
        ParameterSpec tensor = spec.Model.Parameters().Single(tensor => tensor.Name == name);
        return Initialize(spec, 1).AsSpan(tensor.Offset, tensor.Length).ToArray();
    }

    /// <summary>Mean and variance within five standard errors: σ/√N and σ²·√(2/N).</summary>
    private static void AssertNormal(float[] values, double standardDeviation)
    {
        double variance = standardDeviation * standardDeviation;
        double mean = values.Average(value => (double)value);
        Assert.That(values, Has.Length.GreaterThan(1000));
        Assert.That(mean, Is.EqualTo(0).Within(5 * standardDeviation / Math.Sqrt(values.Length)));
        Assert.That(values.Average(value => (value - mean) * (value - mean)), Is.EqualTo(variance).Within(5 * variance * Math.Sqrt(2.0 / values.Length)));
    }
}
