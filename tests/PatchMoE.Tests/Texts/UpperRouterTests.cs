using PatchMoE.Compiler;
using PatchMoE.Documents;
using PatchMoE.Reference;

namespace PatchMoE.Tests.Texts;

/// <summary>
/// Routers of upper levels find the title, or the last paragraph, among paragraphs with the same words: what lower experts pass on tells them the role and place of a paragraph.
/// </summary>
[Category("Long")]
[TestFixture]
public sealed class UpperRouterTests
{
    private const int Paragraphs = 6;

    private static readonly string[] s_words = ["agree", "refuse"];

    [TestCase(TextEmbedding.Hashed, true)]
    [TestCase(TextEmbedding.Hashed, false)]
    [TestCase(TextEmbedding.Trained, true)]
    [TestCase(TextEmbedding.Trained, false)]
    public void OneParagraph_DecidesByItsRole(TextEmbedding embedding, bool title)
    {
        PatchMoESpec spec = Spec(embedding);
        (Dataset train, _) = Data(spec, 400, title, seed: 1);
        (Dataset test, int[] decides) = Data(spec, 200, title, seed: 2);
        using IPatchMoEModel model = PatchMoECompiler.Compile(spec);
        TrainingResult result = model.Fit(train, test, seed: 2, threads: 1);
        Assert.That(result.Final.Accuracy, Is.GreaterThan(0.95));
        Assert.That(Taken(model, test).Zip(decides).Count(pair => pair.First == pair.Second), Is.GreaterThan(0.95 * test.Count), "the upper expert takes the paragraph that decides");
    }

    /// <summary>Experts on the sentences of paragraphs, and above them one that takes a single paragraph.</summary>
    private static PatchMoESpec Spec(TextEmbedding embedding)
    {
        var text = new TextSpec(
            EquatableArray.Of(new TextLevel(TextUnit.Paragraph, Paragraphs), new TextLevel(TextUnit.Sentence, 3)), Dimension: 32, embedding, Vocabulary: embedding == TextEmbedding.Trained ? 256 : 0);
        var model = new ModelSpec(
            new VectorsInputSpec(3, text.PatchDimension, EquatableArray.Of(Paragraphs)) { Text = text },
            EquatableArray.Of(
                new LayerSpec(Routing.ExpertChoice, 4, 8, 3, Gate.SoftmaxSelected, Pooling.Sum, Bias: true),
                new LayerSpec(Routing.ExpertChoice, 1, 16, 1, Gate.Sigmoid, Bias: true)),
            new HeadSpec(HeadKind.Linear, 2, Bias: true),
            Loss.SoftmaxCrossEntropy);
        return new PatchMoESpec("roles", model, TrainingSpec.Default with { Epochs = 40, Batch = 20, Optimizer = OptimizerSpec.Default });
    }

    /// <summary>Texts whose every paragraph says one of two words; that of the title, or of the last paragraph, is the class.</summary>
    private static (Dataset Data, int[] Decides) Data(PatchMoESpec spec, int count, bool title, int seed)
    {
        var random = new Random(seed);
        var texts = new List<LabelledText>();
        var decides = new int[count];
        var labels = new int[count];
        for (int i = 0; i < count; i++)
        {
            int[] said = [.. Enumerable.Range(0, 2 + random.Next(Paragraphs - 1)).Select(_ => random.Next(2))];
            string[] paragraphs = [.. said.Select(word => $"{Filler(random)} We {s_words[word]} with it.")];
            decides[i] = title ? 0 : said.Length - 1;
            labels[i] = said[decides[i]];
            texts.Add(new LabelledText($"{i}", $"{labels[i]}", new TextDocument(paragraphs[0], [new TextSection("", string.Join("\n\n", paragraphs[1..]))])));
        }

        return (new TextEncoding(DocumentReader.Default, spec.Model, new LoadOptions { Seed = 1, SpecFolder = "." }).Encode(texts, labels), decides);
    }

    private static string Filler(Random random) => random.Next(2) == 0 ? $"Some word{random.Next(9)} here." : $"Other word{random.Next(9)}. And word{random.Next(9)}.";

    /// <summary>The paragraph that the expert of the upper layer takes of each text, in the reference.</summary>
    private static int[] Taken(IPatchMoEModel model, Dataset data)
    {
        var values = new float[data.Count * data.InputLength];
        data.WithVectorsOf(model).CopyInputs(0, data.Count, values);
        var reference = new ReferenceModel(model.Spec.Model);
        double[] input = Array.ConvertAll(values, value => (double)value);
        return [.. reference.Forward(reference.NamedWeights(model.Parameters), input, data.Lengths.ToArray()).Select(pass => pass.Layers[1][0].Assignment.Chosen[0][0])];
    }
}
