namespace PatchMoE.Tests.Parity;

/// <summary>The emitted code of stacks: maps and windows of every kind, on random networks and on sizes of real ones.</summary>
[Category("Long")]
[Parallelizable(ParallelScope.Children)]
public class StackTests
{
    /// <summary>Three layers whose windows overlap and reach into the border; the upper ones take few of them.</summary>
    private const string Convolution = """
        { "name": "StackSizes", "model": {
          "input": { "kind": "image", "height": 28, "width": 28, "channels": 1, "patch": [4, 4], "stride": [2, 2] },
          "layers": [
            { "routing": "dense", "experts": 1, "neuronsPerExpert": 16, "bias": true, "output": "map" },
            { "routing": "dense", "experts": 1, "neuronsPerExpert": 32, "bias": true, "output": "map", "window": [3, 3], "stride": [2, 2], "padding": "same" },
            { "routing": "expertChoice", "experts": 4, "patchesPerExpert": 12, "neuronsPerExpert": 16, "gate": "sigmoid", "bias": true, "output": "map",
              "window": [3, 3], "padding": "same" },
            { "routing": "expertChoice", "experts": 2, "patchesPerExpert": 5, "neuronsPerExpert": 40, "gate": "softmaxAll", "window": [2, 2] } ],
          "head": { "kind": "linear", "outputs": 10 }, "loss": "softmaxCrossEntropy" } }
        """;

    internal static PatchMoESpec Sizes { get; } = SpecReader.Read(Convolution, string.Empty).Spec!;

    /// <summary>Windows whose rows are full vectors: they are read where they lie in the map, and their gradients go straight to it.</summary>
    private static PatchMoESpec FullVectors { get; } = SpecReader.Read(
        """
        { "name": "StackOfFullVectors", "model": {
          "input": { "kind": "image", "height": 18, "width": 14, "channels": 1, "patch": [4, 4], "stride": [2, 2] },
          "layers": [
            { "routing": "dense", "experts": 1, "neuronsPerExpert": 32, "bias": true, "output": "map" },
            { "routing": "dense", "experts": 1, "neuronsPerExpert": 48, "bias": true, "output": "map", "window": [3, 3], "padding": "same" },
            { "routing": "expertChoice", "experts": 4, "patchesPerExpert": 13, "neuronsPerExpert": 16, "gate": "sigmoid", "bias": true, "output": "map",
              "window": [3, 3], "padding": "same" },
            { "routing": "expertChoice", "experts": 3, "patchesPerExpert": 7, "neuronsPerExpert": 21, "gate": "softmaxAll", "bias": true, "output": "map",
              "window": [2, 3], "stride": [2, 1] },
            { "routing": "tokenChoice", "experts": 3, "expertsPerPatch": 2, "neuronsPerExpert": 9, "gate": "softmaxAll", "window": [1, 1] } ],
          "head": { "kind": "linear", "outputs": 10 }, "loss": "softmaxCrossEntropy" } }
        """,
        string.Empty).Spec!;

    [Test]
    public void CpuAgreesWithReference([Range(1, 160)] int seed)
    {
        PatchMoESpec spec = Random(seed);
        TestContext.Out.WriteLine(SpecWriter.ModelToJson(spec));
        RandomParityTests.Check(Compiled.Of(spec), spec, seed, samples: null);
    }

    [TestCase(1, 2)]
    [TestCase(2, 11)]
    public void CpuAgreesWithReference_OnSizesOfRealNetworks(int seed, int samples) => RandomParityTests.Check(Compiled.Of(Sizes), Sizes, seed, samples);

    [TestCase(1, 2)]
    [TestCase(2, 11)]
    public void CpuAgreesWithReference_WhereRowsAreFullVectors(int seed, int samples) => RandomParityTests.Check(Compiled.Of(FullVectors), FullVectors, seed, samples);

    [Test]
    public void EqualBits_ForBothWidthsOfVectors([Range(1, 20)] int seed) => TileWidths.Check(Random(seed), seed, samples: 9);

    [Test]
    public void EqualBits_ForBothWidthsOfVectors_OnSizesOfRealNetworks()
    {
        TileWidths.Check(Sizes, seed: 5, samples: 19);
        TileWidths.Check(FullVectors, seed: 5, samples: 19);
    }

    [Test]
    public void SgdStep_IsTheGradientsThenTheUpdate([Range(1, 30)] int seed) => SgdStepTests.Check(Random(seed), seed, samples: null, threads: 1 + (seed % 3));

    [Test]
    public void SgdStep_IsTheGradientsThenTheUpdate_OverSeveralWindows() => SgdStepTests.Check(Sizes, seed: 4, samples: 35, threads: 2);

    [Test]
    public void EqualBits_ForAnyNumberOfThreads([Range(1, 20)] int seed) => CheckBits(Random(seed), seed, samples: 19);

    [Test]
    public void EqualBits_ForAnyNumberOfThreads_OnSizesOfRealNetworks()
    {
        CheckBits(Sizes, seed: 3, samples: 35);
        CheckBits(FullVectors, seed: 3, samples: 35);
    }

    /// <summary>The border of a map and the places that nobody takes are 0 in every pass, whatever the passes before it left in the scratch.</summary>
    [Test]
    public void EqualBits_WhateverWasComputedBefore([Range(1, 20)] int seed)
    {
        PatchMoESpec spec = Random(seed);
        IPatchMoEModel model = Compiled.Of(spec);
        RandomBatch batch = RandomBatch.DrawWithTies(spec.Model, seed, samples: 7);
        RandomBatch other = RandomBatch.DrawWithTies(spec.Model, seed + 1000, samples: 7);
        batch.Parameters.CopyTo(model.Parameters);
        using Workspace used = model.CreateWorkspace();
        using Workspace fresh = model.CreateWorkspace();
        Gradients(model, other, used);
        Assert.That(Gradients(model, batch, used), Is.EqualTo(Gradients(model, batch, fresh)));
    }

    [Test]
    public void ValidPatchCounts_AreRefused_WhereTheMapOfAnImageIsCut()
    {
        IPatchMoEModel model = Compiled.Of(Sizes);
        using Workspace workspace = model.CreateWorkspace();
        model.Parameters.Fill(0.1f);
        Assert.That(
            () => model.Forward(new float[model.InputLength], new float[model.Outputs], workspace, [3]),
            Throws.ArgumentException.With.Message.Contains("the layers of StackSizes cut the map of an image"));
    }

    /// <summary>Half of them with token choice in most layers.</summary>
    private static PatchMoESpec Random(int seed) =>
        new RandomSpecs(seed, RandomSpecs.Parts.Stacks | (seed % 2 == 0 ? RandomSpecs.Parts.TokenChoice : RandomSpecs.Parts.None)).Draw();

    private static void CheckBits(PatchMoESpec spec, int seed, int samples)
    {
        IPatchMoEModel model = Compiled.Of(spec);
        RandomBatch batch = RandomBatch.DrawWithTies(spec.Model, seed, samples);
        batch.Parameters.CopyTo(model.Parameters);
        using Workspace one = model.CreateWorkspace();
        float[] expected = Gradients(model, batch, one);
        foreach (int threads in new[] { 2, 3 })
        {
            using Workspace several = model.CreateSharing(threads);
            Assert.That(Gradients(model, batch, several), Is.EqualTo(expected), $"{threads} threads");
        }
    }

    /// <summary>Logits, gradients of the weights and of the input, one behind the other.</summary>
    private static float[] Gradients(IPatchMoEModel model, RandomBatch batch, Workspace workspace)
    {
        var logits = new float[batch.Labels.Length * model.Outputs];
        var gradients = new float[model.Parameters.Length];
        var inputGradient = new float[batch.Input.Length];
        model.LossAndGradients(batch.Input, batch.Labels, logits, gradients, workspace, inputGradient, batch.Lengths);
        return [.. logits, .. gradients, .. inputGradient];
    }
}
