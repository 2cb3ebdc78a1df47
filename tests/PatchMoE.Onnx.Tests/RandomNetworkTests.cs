using PatchMoE.Onnx.Layers;
using PatchMoE.Reference;
using PatchMoE.Tests.Parity;

namespace PatchMoE.Onnx.Tests;

/// <summary>Exported networks in ONNX Runtime against the reference; a test's number is the seed that makes its network and batch.</summary>
[Parallelizable(ParallelScope.Children)]
public class RandomNetworkTests
{
    private const int Seeds = 100;

    [Test]
    public void AgreesWithReference([Range(1, Seeds)] int seed) => CheckRandom(new RandomSpecs(seed).Draw(), seed);

    [Test]
    public void TokenChoice_AgreesWithReference([Range(1, Seeds)] int seed) => CheckRandom(new RandomSpecs(seed, RandomSpecs.Parts.TokenChoice).Draw(), seed);

    [Test]
    public void Stack_AgreesWithReference([Range(1, Seeds)] int seed) => CheckRandom(new RandomSpecs(seed, RandomSpecs.Parts.Stacks).Draw(), seed);

    [Test]
    public void StackWithTokenChoice_AgreesWithReference([Range(1, 2 * Seeds)] int seed) =>
        CheckRandom(new RandomSpecs(seed, Everything).Draw(), seed);

    private static void CheckRandom(PatchMoESpec spec, int seed)
    {
        TestContext.Out.WriteLine(SpecWriter.ModelToJson(spec));
        (RandomBatch batch, ReferenceResult expected) = RandomBatch.Draw(spec.Model, seed);
        using OnnxSession session = OnnxSession.Of(spec, batch.Parameters, new OnnxExportOptions { Lengths = batch.Lengths is not null });

        OnnxResult result = session.Run(batch.Input, batch.Lengths);

        Agreement.Check("logits", result.Logits, expected.Logits);
        Assert.That(result.Routes?.Select(route => (int)route), Is.EqualTo(expected.Routes));
        CheckShapes(result, spec.Model, batch.Labels.Length);
        CheckClasses(result, spec.Model);
    }

    [Test]
    public void EveryFormulation_AgreesWithReference([Range(1, Seeds)] int seed)
    {
        PatchMoESpec spec = new RandomSpecs(seed).Draw();
        (RandomBatch batch, ReferenceResult expected) = RandomBatch.Draw(spec.Model, seed);
        foreach (FormulationKind formulation in new[] { FormulationKind.MaskedPatches, FormulationKind.AllExperts, FormulationKind.ExpertByExpert })
        {
            var options = new OnnxExportOptions { Lengths = batch.Lengths is not null, Formulation = formulation };
            using OnnxSession session = OnnxSession.Of(spec, batch.Parameters, options);
            Agreement.Check($"{formulation}: logits", session.Run(batch.Input, batch.Lengths).Logits, expected.Logits);
        }
    }

    [Test]
    public void WithoutLengths_EveryPatchIsValid([Range(1, Seeds, 3)] int seed)
    {
        PatchMoESpec spec = new RandomSpecs(seed).Draw();
        RandomBatch batch = RandomBatch.DrawWithTies(spec.Model, seed);
        LayerShape layer = spec.Model.LayerShapes()[0];
        int[] all = [.. Enumerable.Repeat(layer.Patches, batch.Labels.Length * layer.Instances)];
        using OnnxSession plain = OnnxSession.Of(spec, batch.Parameters);
        using OnnxSession ragged = OnnxSession.Of(spec, batch.Parameters, new OnnxExportOptions { Lengths = true });

        OnnxResult expected = plain.Run(batch.Input);
        foreach (OnnxResult result in new[] { ragged.Run(batch.Input), ragged.Run(batch.Input, all) })
        {
            Agreement.Check("logits", result.Logits, expected.Logits);
            Assert.That(result.Routes, Is.EqualTo(expected.Routes));
        }
    }

    [Test]
    public void Padding_HasNoInfluence([ValueSource(nameof(SeedsOfVectors))] int seed) => CheckPadding(new RandomSpecs(seed).Draw(), seed);

    [Test]
    public void PaddingOfStacks_HasNoInfluence([ValueSource(nameof(SeedsOfSequences))] int seed) => CheckPadding(new RandomSpecs(seed, Everything).Draw(), seed);

    private static void CheckPadding(PatchMoESpec spec, int seed)
    {
        RandomBatch batch = RandomBatch.DrawWithTies(spec.Model, seed);
        LayerShape layer = spec.Model.LayerShapes()[0];
        int instances = batch.Labels.Length * layer.Instances;
        var random = new Random(seed);
        int[] lengths = [.. Enumerable.Range(0, instances).Select(i => i == 0 ? 0 : random.Next(layer.Patches + 1))];
        using OnnxSession session = OnnxSession.Of(spec, batch.Parameters, new OnnxExportOptions { Lengths = true });
        OnnxResult expected = session.Run(batch.Input, lengths);
        for (int i = 0; i < instances; i++)
        {
            int first = ((i * layer.Patches) + lengths[i]) * layer.Dimension;
            batch.Input.AsSpan(first..((i + 1) * layer.Patches * layer.Dimension)).Fill(float.NaN);
        }

        OnnxResult result = session.Run(batch.Input, lengths);

        Assert.That(result.Logits, Is.EqualTo(expected.Logits));
        Assert.That(result.Routes, Is.EqualTo(expected.Routes));
    }

    [Test]
    public void TheDraws_ContainEveryKind()
    {
        ModelSpec[] models = [.. Enumerable.Range(1, Seeds).Select(seed => new RandomSpecs(seed).Draw().Model)];
        LayerSpec[] layers = [.. models.SelectMany(model => model.Layers)];
        LayerSpec[] routed = [.. layers.Where(layer => layer.Routing == Routing.ExpertChoice)];
        Assert.Multiple(() =>
        {
            Assert.That(layers.Select(layer => layer.Routing).Distinct().Count(), Is.EqualTo(3));
            Assert.That(routed.Select(layer => (layer.Gate, layer.Pooling)).Distinct().Count(), Is.EqualTo(12));
            Assert.That(models.Select(model => model.Layers.Count).Distinct(), Is.EquivalentTo(new[] { 1, 2, 3 }));
            Assert.That(models.Select(model => (model.Head.Kind, model.Head.Bias)).Distinct().Count(), Is.EqualTo(3));
        });
    }

    private const RandomSpecs.Parts Everything = RandomSpecs.Parts.TokenChoice | RandomSpecs.Parts.Stacks;

    private static IEnumerable<int> SeedsOfSequences => Enumerable.Range(1, Seeds).Where(seed => new RandomSpecs(seed, Everything).Draw().Model.Input is VectorsInputSpec);

    private static IEnumerable<int> SeedsOfVectors => Enumerable.Range(1, Seeds).Where(seed => new RandomSpecs(seed).Draw().Model.Input is VectorsInputSpec);

    private static void CheckClasses(OnnxResult result, ModelSpec model)
    {
        bool isLogistic = model.Loss == Loss.Logistic;
        int b = 0;
        foreach (float[] logits in result.Logits.Chunk(model.Head.Outputs))
        {
            double[] scores = isLogistic ? [0, logits[0]] : Array.ConvertAll(logits, logit => (double)logit);
            double sum = scores.Sum(Math.Exp);
            double[] probabilities = [.. scores.Select(score => Math.Exp(score) / sum)];
            Assert.That(result.Classes[b], Is.EqualTo(Array.IndexOf(scores, scores.Max())));
            Assert.That(result.Probabilities.AsSpan(b * scores.Length, scores.Length).ToArray(), Is.EqualTo(probabilities).Within(1e-5));
            b++;
        }
    }

    private static void CheckShapes(OnnxResult result, ModelSpec model, int batch)
    {
        int classes = model.Loss == Loss.Logistic ? 2 : model.Head.Outputs;
        Assert.That(result.Shapes["probabilities"], Is.EqualTo(new long[] { batch, classes }));
        Assert.That(result.Shapes["class"], Is.EqualTo(new long[] { batch }));
        if (result.Routes is not null)
        {
            long[] groups = model.Input is VectorsInputSpec vectors ? [.. vectors.Groups.Select(size => (long)size)] : [];
            EquatableArray<int> routes = model.RouteShape();
            long[] expected = [batch, .. groups, routes[1], routes[2]];
            Assert.That(result.Shapes["routes"], Is.EqualTo(expected));
        }
    }
}
