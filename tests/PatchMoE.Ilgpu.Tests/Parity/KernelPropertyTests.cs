using PatchMoE.Ilgpu.Tests.Engine;
using PatchMoE.Reference;
using PatchMoE.Tests;

namespace PatchMoE.Ilgpu.Tests.Parity;

/// <summary>What kernels promise besides parity: ties, equal bits, no value from another sample or pass.</summary>
[TestFixture]
public sealed class KernelPropertyTests
{
    private static readonly string[] s_golden =
        ["vectors-tiny", "sample-moe", "two-level", "overlap-odd", "vectors-tail", "stack-convolution", "stack-sequence", "token-capacity-score", "token-top2-importance"];

    private static IEnumerable<string> Golden => s_golden;

    /// <summary>Sizes at which the selection is a sort, with the keys of one expert at a time and of several, or has no room for keys; small whole scores make ties.</summary>
    [TestCase(129, 3, 40)]
    [TestCase(300, 5, 300)]
    [TestCase(700, 2, 7)]
    [TestCase(1030, 2, 3)]
    public void ManyPatches_AreSelectedAsTheReferenceDoes(int patches, int experts, int taken)
    {
        var model = new ModelSpec(
            new VectorsInputSpec(patches, 2),
            EquatableArray.Of(new LayerSpec(Routing.ExpertChoice, experts, 1, taken, Gate.SoftmaxSelected)),
            new HeadSpec(HeadKind.Linear, 1),
            Loss.Logistic);
        var random = new Random(patches);
        float[] Whole(int length) => [.. Enumerable.Range(0, length).Select(_ => (float)random.Next(-3, 4))];
        (float[] parameters, float[] input) = (Whole(ModelParameters.BufferLength(model.Parameters())), Whole(3 * patches * 2));
        int[] lengths = [patches, taken / 2, patches - 1];
        var reference = new ReferenceModel(model);
        ReferenceResult expected = reference.Run(reference.NamedWeights(parameters), Array.ConvertAll(input, value => (double)value), lengths: lengths);
        Assert.That(Routes(new PatchMoESpec("many", model), parameters, input, lengths), Is.EqualTo(expected.Routes));
    }

    /// <summary>Small whole scores make ties among experts and among patches, whose order decides which of them an expert has room for; shorter samples have smaller capacities.</summary>
    [TestCase(1, 0.7, Priority.Order)]
    [TestCase(1, 0.7, Priority.Score)]
    [TestCase(2, 0.45, Priority.Order)]
    [TestCase(3, 0.3, Priority.Score)]
    [TestCase(2, null, Priority.Order)]
    public void Choices_AreThoseOfTheReference(int perPatch, double? capacityFactor, Priority priority)
    {
        const int patches = 70;
        var layer = new LayerSpec(Routing.TokenChoice, 5, 1, Gate: Gate.SoftmaxSelected)
        {
            Choice = new TokenChoiceSpec(perPatch) { CapacityFactor = capacityFactor, Priority = priority },
        };
        var model = new ModelSpec(new VectorsInputSpec(patches, 2), EquatableArray.Of(layer), new HeadSpec(HeadKind.Linear, 1), Loss.Logistic);
        var random = new Random(perPatch);
        float[] Whole(int length) => [.. Enumerable.Range(0, length).Select(_ => (float)random.Next(-2, 3))];
        int[] lengths = [patches, 0, 1, 13, 37, patches - 1];
        (float[] parameters, float[] input) = (Whole(ModelParameters.BufferLength(model.Parameters())), Whole(lengths.Length * patches * 2));
        var reference = new ReferenceModel(model);
        ReferenceResult expected = reference.Run(reference.NamedWeights(parameters), Array.ConvertAll(input, value => (double)value), lengths: lengths);
        Assert.That(Routes(new PatchMoESpec("choices", model), parameters, input, lengths), Is.EqualTo(expected.Routes));
    }

    /// <summary>Equal patches have bit-identical scores: each is summed in the same order, whichever tile it is in.</summary>
    [Test]
    public void EqualPatches_AreTakenInOrder()
    {
        const int n = 37;
        const int d = 20;
        var spec = new PatchMoESpec("equal", new ModelSpec(
            new VectorsInputSpec(n, d), EquatableArray.Of(new LayerSpec(Routing.ExpertChoice, 3, 2, PatchesPerExpert: 5)), new HeadSpec(HeadKind.Linear, 2), Loss.SoftmaxCrossEntropy));
        var random = new Random(1);
        float[] patch = [.. Enumerable.Range(0, d).Select(_ => random.NextSingle() - 0.5f)];
        float[] input = [.. Enumerable.Range(0, n).SelectMany(_ => patch)];
        Assert.That(Routes(spec, Networks.Weights(spec), input), Is.EqualTo(Enumerable.Repeat(Enumerable.Range(0, 5), 3).SelectMany(routes => routes)));
    }

    /// <summary>Threads run in a different order each time, and scratch holds another pass's values, including NaN; neither may affect any bit.</summary>
    [TestCaseSource(nameof(Golden))]
    public void EqualBits_WhateverRanBefore(string name)
    {
        var golden = new GoldenCase(name);
        float[] input = golden.Input.Values<float>();
        using IlgpuEngine fresh = Engine(golden.Spec, golden.Parameters());
        using IlgpuEngine used = Engine(golden.Spec, golden.Parameters());
        Pass(used, [.. input.Select(_ => float.NaN)], golden.Labels);
        (double loss, float[] logits, float[] gradients, float[] inputGradient) = Pass(fresh, input, golden.Labels);
        (double Loss, float[] Logits, float[] Gradients, float[] InputGradient) again = Pass(used, input, golden.Labels);
        Assert.Multiple(() =>
        {
            Assert.That(again.Loss, Is.EqualTo(loss));
            Assert.That(again.Logits, Is.EqualTo(logits));
            Assert.That(again.Gradients, Is.EqualTo(gradients));
            Assert.That(again.InputGradient, Is.EqualTo(inputGradient));
        });
    }

    [TestCase("overlap-odd")]
    [TestCase("token-capacity-score")]
    public void NaN_StaysInItsSample_AndRoutesStayInRange(string name)
    {
        var golden = new GoldenCase(name);
        LayerShape bottom = golden.Spec.Model.LayerShapes()[0];
        (int least, int most) = golden.Spec.Model.Layers[0].Choice is null ? (0, bottom.Patches - 1) : (-1, bottom.Experts - 1);
        float[] input = golden.Input.Values<float>();
        input[100] = float.NaN;
        using IlgpuEngine engine = Engine(golden.Spec, golden.Parameters());
        float[] logits = Pass(engine, input, golden.Labels).Logits;
        Assert.Multiple(() =>
        {
            Assert.That(logits[golden.Spec.Model.Head.Outputs..], Has.None.NaN);
            Assert.That(Routes(golden.Spec, golden.Parameters(), input), Is.All.InRange(least, most));
        });
    }

    private static IlgpuEngine Engine(PatchMoESpec spec, float[] parameters)
    {
        var engine = new IlgpuEngine(Networks.Compile(spec), TestDevices.Cpu());
        engine.SetParameters(parameters);
        return engine;
    }

    private static (double Loss, float[] Logits, float[] Gradients, float[] InputGradient) Pass(IlgpuEngine engine, float[] input, int[] labels)
    {
        var logits = new float[labels.Length * engine.Spec.Model.Head.Outputs];
        var gradients = new float[ModelParameters.BufferLength(engine.Spec.Model.Parameters())];
        var inputGradient = new float[input.Length];
        return (engine.LossAndGradients(input, labels, logits, gradients, inputGradient), logits, gradients, inputGradient);
    }

    private static int[] Routes(PatchMoESpec spec, float[] parameters, float[] input, int[]? lengths = null)
    {
        using IlgpuEngine engine = Engine(spec, parameters);
        var routes = new int[spec.Model.RouteShape().Aggregate(input.Length / spec.Model.InputLength(), (product, size) => product * size)];
        engine.Route(input, routes, lengths);
        return routes;
    }
}
