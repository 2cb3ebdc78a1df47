namespace PatchMoE.Tests;

public sealed class SyntheticDataTests
{
    [TestCase(11, 5)]
    [TestCase(7, 5)]
    [TestCase(4, 9)]
    public void PatternsAreUnitVectors_AsSimilarAsAsked(int dimension, int count)
    {
        float[][] patterns = SyntheticData.Patterns(Specs.Synthetic with { Patterns = count, Similarity = 0.3 }, dimension, seed: 2);

        Assert.That(patterns, Has.Length.EqualTo(count + 2));
        Assert.That(patterns.Select(p => Dot(p, p)), Is.All.EqualTo(1).Within(1e-6));
        Assert.That(Dot(patterns[0], patterns[1]), Is.Zero.Within(1e-6));
        Assert.That(Dot(patterns[0], patterns[2]), Is.EqualTo(0.3).Within(1e-6), "the first irrelevant pattern reaches the similarity with o1");
        Assert.That(patterns.Skip(2).SelectMany(p => new[] { Dot(p, patterns[0]), Dot(p, patterns[1]) }), Is.All.InRange(-0.300001, 0.300001));
    }

    [Test]
    public void WhereThereIsRoom_IrrelevantPatternsOfNoSimilarityAreOrthogonal()
    {
        float[][] patterns = SyntheticData.Patterns(Specs.Synthetic with { Patterns = 9, Similarity = 0 }, 11, seed: 2);
        for (int i = 0; i < patterns.Length; i++)
        {
            for (int j = 0; j < i; j++)
            {
                Assert.That(Dot(patterns[i], patterns[j]), Is.Zero.Within(1e-6), $"{i}, {j}");
            }
        }
    }

    [Test]
    public void EachSampleHoldsItsPatternAtItsPosition_AmongIrrelevantOnes()
    {
        SyntheticDataSpec spec = Specs.Synthetic with { Noise = 0 };
        float[][] patterns = SyntheticData.Patterns(spec, 11, seed: 2);
        (Dataset train, Dataset test) = SyntheticData.Make(spec, Model(spec), seed: 2);

        foreach (Dataset data in new[] { train, test })
        {
            Assert.That(data.Labels.ToArray().Sum(), Is.Zero);
            for (int i = 0; i < data.Count; i++)
            {
                for (int j = 0; j < 4; j++)
                {
                    float[] patch = data.InputsOf(i, 1).Slice(j * 11, 11).ToArray();
                    int pattern = Array.FindIndex(patterns, p => p.SequenceEqual(patch));
                    if (j == data.DiscriminativePatches[i])
                    {
                        Assert.That(pattern, Is.EqualTo(data.Labels[i] > 0 ? 0 : 1));
                    }
                    else
                    {
                        Assert.That(pattern, Is.GreaterThanOrEqualTo(2));
                    }
                }
            }
        }
    }

    [Test]
    public void DecoysOfBothKindsAreInEverySample_AwayFromTheDiscriminativePatch()
    {
        SyntheticDataSpec spec = Specs.Synthetic with { Noise = 0, Decoys = 2, Train = 400 };
        var input = new VectorsInputSpec(7, 11);
        float[][] patterns = SyntheticData.Patterns(spec, 11, seed: 2);
        ModelSpec model = Specs.Separate(input, spec).Model;
        Dataset data = SyntheticData.Make(spec, model, seed: 2).Train;
        Dataset without = SyntheticData.Make(spec with { Decoys = 0 }, model, seed: 2).Train;

        var places = new int[2, 7];
        for (int i = 0; i < data.Count; i++)
        {
            int[] kinds = [.. Enumerable.Range(0, 7).Select(j => DecoyOf(data.InputsOf(i, 1).Slice(j * 11, 11).ToArray(), patterns))];
            Assert.That(kinds.Count(kind => kind == 0), Is.EqualTo(2), $"sample {i}");
            Assert.That(kinds.Count(kind => kind == 1), Is.EqualTo(2), $"sample {i}");
            for (int j = 0; j < 7; j++)
            {
                if (kinds[j] >= 0)
                {
                    places[kinds[j], j]++;
                }
                else
                {
                    Assert.That(data.InputsOf(i, 1).Slice(j * 11, 11).SequenceEqual(without.InputsOf(i, 1).Slice(j * 11, 11)), Is.True, $"sample {i}, patch {j}");
                }
            }
        }

        // 800 decoys of a kind at 7 places: 114 at each, with a deviation of 10.
        Assert.That(places, Is.All.InRange(70, 160));
        Assert.That(data.DiscriminativePatches.SequenceEqual(without.DiscriminativePatches), Is.True);
    }

    /// <summary>The kind of decoy that a patch is: 0 for 2·o₁, 1 for 2·o₂, −1 for none.</summary>
    private static int DecoyOf(float[] patch, float[][] patterns) => Array.FindIndex(patterns, 0, 2, pattern => pattern.Select(value => 2 * value).SequenceEqual(patch));

    [Test]
    public void MoreDecoysThanPlaces_AreRefused() => Assert.That(
        () => SyntheticData.Make(Specs.Synthetic with { Decoys = 2 }, Model(Specs.Synthetic), 1),
        Throws.TypeOf<BadInputException>().With.Message.Contains("data.decoys: 2 decoys").And.Message.Contains("Use 0 to 1 decoys"));

    [Test]
    public void NoiseHasTheDeviationAskedFor()
    {
        SyntheticDataSpec clean = Specs.Synthetic with { Noise = 0, Train = 400 };
        SyntheticDataSpec noisy = clean with { Noise = 0.5 };
        Dataset a = SyntheticData.Make(clean, Model(clean), 2).Train;
        Dataset b = SyntheticData.Make(noisy, Model(noisy), 2).Train;

        double squares = 0;
        for (int i = 0; i < a.Inputs.Length; i++)
        {
            squares += Math.Pow(b.Inputs[i] - a.Inputs[i], 2);
        }

        Assert.That(Math.Sqrt(squares / a.Inputs.Length), Is.EqualTo(0.5).Within(0.02));
    }

    [Test]
    public void SameSeed_SameBits()
    {
        Dataset a = SyntheticData.Make(Specs.Synthetic, Model(Specs.Synthetic), 2).Test;
        Dataset b = SyntheticData.Make(Specs.Synthetic, Model(Specs.Synthetic), 2).Test;
        Dataset c = SyntheticData.Make(Specs.Synthetic, Model(Specs.Synthetic), 3).Test;
        Assert.That(b.Inputs.SequenceEqual(a.Inputs), Is.True);
        Assert.That(c.Inputs.SequenceEqual(a.Inputs), Is.False);
    }

    [Test]
    public void ImagesAndTwoDimensions_AreRefused()
    {
        Assert.That(() => SyntheticData.Make(Specs.Synthetic, Specs.Separate(Specs.Mosaic, Specs.Synthetic).Model, 1), Throws.TypeOf<BadInputException>().With.Message.Contains("vectors"));
        ModelSpec flat = Specs.Separate(new VectorsInputSpec(4, 2), Specs.Synthetic).Model;
        Assert.That(() => SyntheticData.Make(Specs.Synthetic, flat, 1), Throws.TypeOf<BadInputException>().With.Message.Contains("model.input.dimension: 2"));
    }

    private static ModelSpec Model(SyntheticDataSpec data) => Specs.Separate(Specs.Vectors, data).Model;

    private static double Dot(float[] x, float[] y) => x.Zip(y, (a, b) => (double)a * b).Sum();
}
