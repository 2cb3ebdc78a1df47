using PatchMoE.Compiler;
using PatchMoE.Reference;

namespace PatchMoE.Tests.Parity;

/// <summary>Groups without patches at the end of a sample are padding: the layers above do not see them.</summary>
[Category("Long")]
[TestFixture]
public sealed class PaddingGroupTests
{
    private const int Dimension = 5;
    private const int Patches = 3;

    private static IEnumerable<LayerSpec> Uppers =>
    [
        .. from gate in Enum.GetValues<Gate>()
           from pooling in new[] { Pooling.Selected, Pooling.Sum }
           select new LayerSpec(Routing.ExpertChoice, 3, 2, 2, gate, pooling, Bias: true),
        new LayerSpec(Routing.Dense, 1, 4, Bias: true),
        new LayerSpec(Routing.Sample, 3, 2, Bias: true),
    ];

    /// <summary>A text of 2 paragraphs where 5 fit has the answer, to the bit, that it has where 2 fit.</summary>
    [TestCaseSource(nameof(Uppers))]
    public void PaddedSample_AnswersAsOneWithoutPadding(LayerSpec upper)
    {
        ModelSpec wide = Model(upper, EquatableArray.Of(5));
        ModelSpec narrow = Model(upper, EquatableArray.Of(2));
        int[] lengths = [2, 3, 0, 0, 0];
        Check(wide, lengths, Draw(wide, lengths, kept: [0, 1]), narrow, lengths[..2]);
    }

    /// <summary>On three levels, both upper ones leave the padding out.</summary>
    [TestCaseSource(nameof(Uppers))]
    public void PaddedLevels_AnswerAsThoseWithoutPadding(LayerSpec upper)
    {
        ModelSpec wide = Model(upper, EquatableArray.Of(3, 4));
        ModelSpec narrow = Model(upper, EquatableArray.Of(2, 2));
        int[] lengths = [2, 3, 0, 0, 1, 2, 0, 0, 0, 0, 0, 0];
        Check(wide, lengths, Draw(wide, lengths, kept: [0, 1, 4, 5]), narrow, [2, 3, 1, 2]);
    }

    /// <summary>An empty group that others follow keeps its place: its output is 0, and the layer above sees that.</summary>
    [Test]
    public void EmptyGroup_BetweenOthersIsSeen()
    {
        var upper = new LayerSpec(Routing.Dense, 1, 1, Bias: true);
        var reference = new ReferenceModel(Model(upper, EquatableArray.Of(3)) with { Layers = [new LayerSpec(Routing.Dense, 1, 1), upper], Head = new HeadSpec(HeadKind.Linear, 1), Loss = Loss.Logistic });
        var weights = new Dictionary<string, double[]>
        {
            ["layers.0.experts.weight"] = [1, 0, 0, 0, 0],
            ["layers.1.experts.weight"] = [1],
            ["layers.1.experts.bias"] = [1],
            ["head.weight"] = [1],
        };
        double[] ones = [.. Enumerable.Repeat(1.0, 3 * Patches * Dimension)];
        double Logit(params int[] lengths) => reference.Run(weights, ones, lengths: lengths).Logits[0];
        Assert.That(Logit(1, 0, 1), Is.EqualTo((2 + 1 + 2) / 3.0).Within(1e-12));
        Assert.That(Logit(1, 1, 0), Is.EqualTo(2).Within(1e-12));
        Assert.That(Logit(0, 0, 0), Is.Zero);
    }

    private static ModelSpec Model(LayerSpec upper, EquatableArray<int> groups)
    {
        var bottom = new LayerSpec(Routing.ExpertChoice, 2, 3, 2, Gate.SoftmaxSelected, Bias: true);
        IEnumerable<LayerSpec> layers = [bottom, .. Enumerable.Repeat(upper, groups.Count)];
        return new ModelSpec(new VectorsInputSpec(Patches, Dimension, groups), layers.ToEquatableArray(), new HeadSpec(HeadKind.Linear, 2), Loss.SoftmaxCrossEntropy);
    }

    /// <summary>A sample of the wide network and its part that the narrow one takes.</summary>
    private static (float[] Wide, float[] Narrow) Draw(ModelSpec wide, int[] lengths, int[] kept)
    {
        var random = new Random(7);
        float[] input = [.. Enumerable.Range(0, wide.InputLength()).Select(_ => (float)((2 * random.NextDouble()) - 1))];
        float[][] groups = [.. input.Chunk(Patches * Dimension)];
        Assert.That(lengths.Select((length, group) => (length, group)).Where(pair => pair.length > 0).Select(pair => pair.group), Is.EqualTo(kept));
        return (input, [.. kept.SelectMany(group => groups[group])]);
    }

    private static void Check(ModelSpec wide, int[] lengths, (float[] Wide, float[] Narrow) sample, ModelSpec narrow, int[] others)
    {
        (float[] logits, float[] gradients) = Run(wide, sample.Wide, lengths);
        (float[] expected, float[] expectedGradients) = Run(narrow, sample.Narrow, others);
        Assert.That(logits, Is.EqualTo(expected));
        Assert.That(gradients, Is.EqualTo(expectedGradients));
    }

    /// <summary>Logits and gradients of the compiled network, which agree with the reference.</summary>
    private static (float[] Logits, float[] Gradients) Run(ModelSpec model, float[] input, int[] lengths)
    {
        using IPatchMoEModel compiled = PatchMoECompiler.Compile(new PatchMoESpec("padding", model));
        for (int i = 0; i < compiled.Parameters.Length; i++)
        {
            compiled.Parameters[i] = ((i * 37 % 19) - 9) / 9f;
        }

        using Workspace workspace = compiled.CreateWorkspace();
        (float[] logits, float[] gradients) = (new float[compiled.Outputs], new float[compiled.Parameters.Length]);
        compiled.LossAndGradients(input, [1], logits, gradients, workspace, default, lengths);

        var reference = new ReferenceModel(model);
        ReferenceResult expected = reference.Run(reference.NamedWeights([.. compiled.Parameters]), Array.ConvertAll(input, value => (double)value), [1], lengths);
        Agreement.Check("logits", logits, expected.Logits);
        foreach (ParameterSpec parameter in compiled.ParameterSpecs.Where(parameter => parameter.HasGradient))
        {
            Agreement.Check(parameter.Name, gradients.AsSpan(parameter.Offset, parameter.Length), expected.Gradients[parameter.Name]);
        }

        return (logits, gradients);
    }
}
