using PatchMoE.Tests.Parity;

namespace PatchMoE.Onnx.Tests;

/// <summary>Equal patches have equal scores to the bit, wherever they stand in a batch, and the lower index goes first.</summary>
public class TieTests
{
    private static IEnumerable<TestCaseData> Networks()
    {
        foreach (int patches in new[] { 2, 7, 16, 33, 200 })
        {
            foreach (int dimension in new[] { 1, 5, 33, 300 })
            {
                foreach (int experts in new[] { 1, 3, 20 })
                {
                    yield return new TestCaseData(patches, dimension, experts);
                }
            }
        }
    }

    [TestCaseSource(nameof(Networks))]
    public void EqualPatches_GoByIndex(int patches, int dimension, int experts)
    {
        int taken = (patches + 1) / 2;
        var layer = new LayerSpec(Routing.ExpertChoice, experts, 3, taken, Gate.SoftmaxSelected);
        var spec = new PatchMoESpec("Ties", new ModelSpec(
            new VectorsInputSpec(patches, dimension), EquatableArray.Of(layer), new HeadSpec(HeadKind.Linear, 2, Bias: true), Loss.SoftmaxCrossEntropy));
        RandomBatch batch = RandomBatch.DrawWithTies(spec.Model, seed: 2, samples: 5);
        for (int b = 0; b < 5; b++)
        {
            Span<float> sample = batch.Input.AsSpan(b * patches * dimension, patches * dimension);
            for (int j = 1; j < patches; j++)
            {
                sample[..dimension].CopyTo(sample[(j * dimension)..]);
            }
        }

        using OnnxSession session = OnnxSession.Of(spec, batch.Parameters);
        OnnxResult result = session.Run(batch.Input);

        long[] first = [.. Enumerable.Range(0, taken).Select(j => (long)j)];
        Assert.That(result.Routes!.Chunk(taken), Is.All.EqualTo(first));
    }

    [Test]
    public void EqualLogits_GiveTheFirstClass_AndALogitOf0TheFirstOfTwo([Values(1, 3)] int outputs)
    {
        Loss loss = outputs == 1 ? Loss.Logistic : Loss.SoftmaxCrossEntropy;
        var layer = new LayerSpec(Routing.Dense, 1, 2);
        var spec = new PatchMoESpec("Zero", new ModelSpec(new VectorsInputSpec(2, 2), EquatableArray.Of(layer), new HeadSpec(HeadKind.Linear, outputs), loss));
        var parameters = new float[ModelParameters.BufferLength(spec.Model.Parameters())];

        using OnnxSession session = OnnxSession.Of(spec, parameters);
        OnnxResult result = session.Run([1, 2, 3, 4]);

        Assert.That(result.Logits, Is.All.Zero);
        Assert.That(result.Classes, Is.EqualTo(new long[] { 0 }));
        Assert.That(result.Probabilities, Is.All.EqualTo(outputs == 1 ? 0.5f : 1f / 3).Within(1e-6));
    }
}
