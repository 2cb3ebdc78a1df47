using PatchMoE.Kernels;

namespace PatchMoE.Tests.Texts;

/// <summary>Means of the vectors of tokens, and the gradient of the table.</summary>
[TestFixture]
public sealed class EmbeddingBagTests
{
    private const int Vocabulary = 12;
    private const int Features = 2;

    /// <summary>Dimensions with and without a rest behind the widest vector.</summary>
    private static readonly int[] s_dimensions = [1, 7, 16, 37];

    [TestCaseSource(nameof(s_dimensions))]
    public void Values_AreMeansOfRows(int dimension)
    {
        float[] table = Table(dimension);
        var text = new SegmentTokens([0, 3, 4], [1, 6, 6], [4, 7, 7, 0, 11, 2], [0.5f, 1, 0.25f, 0, 0, 1]);
        int patch = dimension + Features;
        float[] values = [.. Enumerable.Repeat(float.NaN, 5 * patch)];
        EmbeddingBag.Forward(text, table, dimension, patch, values);

        double Row(int row, int i) => table[(row * dimension) + i];
        for (int i = 0; i < dimension; i++)
        {
            Assert.That(values[i], Is.EqualTo(Row(4, i)), "one token");
            double mean = ((2 * Row(7, i)) + Row(0, i) + Row(11, i) + Row(2, i)) / 5;
            Assert.That(values[(3 * patch) + i], Is.EqualTo(mean).Within(1e-6));
        }

        Assert.That(values[dimension..patch], Is.EqualTo(new[] { 0.5f, 1 }));
        Assert.That(values[((3 * patch) + dimension)..(4 * patch)], Is.EqualTo(new[] { 0.25f, 0 }));
        Assert.That(values[patch..(3 * patch)], Is.All.Zero, "no segment");
        Assert.That(values[(4 * patch)..], Is.EqualTo(Enumerable.Repeat(0f, dimension + 1).Append(1)), "a segment without tokens");
    }

    [TestCaseSource(nameof(s_dimensions))]
    public void Gradients_AreSharesOfTheMeans(int dimension)
    {
        float[] vectorGradient = Table(dimension)[..dimension];
        var rowGradient = new float[dimension];
        EmbeddingBag.AddGradient(vectorGradient, 5, rowGradient);
        EmbeddingBag.AddGradient(vectorGradient, 5, rowGradient);
        EmbeddingBag.AddGradient(vectorGradient, 1, rowGradient);
        Assert.That(rowGradient, Is.EqualTo(vectorGradient.Select(value => 1.4 * value)).Within(1e-6));
    }

    [Test]
    public void NothingIsAllocated()
    {
        var text = new SegmentTokens([0, 3], [1, 6], [4, 7, 7, 0, 11, 2], [0.5f, 1, 0.25f, 0]);
        float[] table = Table(16);
        var values = new float[5 * 18];
        EmbeddingBag.Forward(text, table, 16, 18, values);
        long before = GC.GetAllocatedBytesForCurrentThread();
        EmbeddingBag.Forward(text, table, 16, 18, values);
        Assert.That(GC.GetAllocatedBytesForCurrentThread(), Is.EqualTo(before));
    }

    private static float[] Table(int dimension)
    {
        var random = new Random(dimension);
        return [.. Enumerable.Range(0, Vocabulary * dimension).Select(_ => (2 * random.NextSingle()) - 1)];
    }
}
