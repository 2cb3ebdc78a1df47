using PatchMoE.RandomNumbers;

namespace PatchMoE.Training.Data;

/// <summary>
/// The paper's data model (Chowdhury et al., ICML 2023): orthogonal unit patterns o₁ and o₂ in R^d; a sample contains o₁ (y = +1) or o₂ (y = −1)
/// at a random position among irrelevant unit patterns, plus noise on every value. Samples with an even index are positive.
/// </summary>
/// <remarks>
/// <para>
/// Irrelevant pattern i is q_i = c_i·o + √(1 − c_i²)·u_i, where o is o₁ for even i and o₂ for odd i. The cosine c_i is δ (the spec's similarity) for the
/// first two and uniform in (−δ, δ) for the others. The unit vectors u_i are orthogonal to o₁ and o₂, and to each other as long as
/// d ≥ patterns + 2; those beyond are random directions orthogonal only to o₁ and o₂.
/// </para>
/// <para>
/// Decoys 2·o₁ and 2·o₂, as many of each in every sample, take random other positions. Their sum over a sample is the same for both classes, so it cancels in the mean of
/// y·Σ_j x_j, the direction in which separate training moves the routers: these learn o₁ − o₂, which scores the decoys of o₁ at 2, o₁ at 1, irrelevant patterns at 0 and
/// those of o₂ at −2. So o₁ is at rank decoys + 1.
/// </para>
/// </remarks>
internal static class SyntheticData
{
    /// <summary>Creates training and test samples; both use the same patterns.</summary>
    /// <param name="spec">The spec's <c>data</c> section.</param>
    /// <param name="model">The network: input <c>vectors</c> without groups, d ≥ 3.</param>
    /// <param name="seed">The seed of patterns, positions and noise.</param>
    /// <exception cref="BadInputException">The model's input is of another kind, d is below 3, or a sample has too few patches for the decoys.</exception>
    public static (Dataset Train, Dataset Test) Make(SyntheticDataSpec spec, ModelSpec model, ulong seed)
    {
        if (model.Input is not VectorsInputSpec { Groups.Count: 0 } input)
        {
            throw new BadInputException("data.kind: synthetic data are vectors [n, d]. Set model.input.kind to \"vectors\", without groups.");
        }

        if (input.Dimension < 3)
        {
            throw new BadInputException($"model.input.dimension: {input.Dimension} leaves no direction besides o₁ and o₂. Use at least 3.");
        }

        if (DataRules.Decoys(spec, model) is { } diagnostic)
        {
            throw new BadInputException(diagnostic.Message);
        }

        float[][] patterns = Patterns(spec, input.Dimension, seed);
        return (Make(spec, input, model.Loss, patterns, spec.Train, seed, "train"), Make(spec, input, model.Loss, patterns, spec.Test, seed, "test"));
    }

    /// <summary>o₁, o₂, then the irrelevant patterns; each [d], of norm 1.</summary>
    /// <param name="spec">Their number, and their similarity to o₁ and o₂.</param>
    /// <param name="dimension">d ≥ 3.</param>
    /// <param name="seed">The seed.</param>
    public static float[][] Patterns(SyntheticDataSpec spec, int dimension, ulong seed)
    {
        double[][] basis = new double[spec.Patterns + 2][];
        for (int i = 0; i < basis.Length; i++)
        {
            CounterRandom random = CounterRandom.ForName(seed, $"data.pattern.{i}");
            double[] vector = [.. Enumerable.Range(0, dimension).Select(j => random.Normal((ulong)j))];
            int others = i < dimension ? i : 2;
            basis[i] = Orthonormal(vector, basis.AsSpan(0, others));
        }

        CounterRandom cosines = CounterRandom.ForName(seed, "data.similarity");
        var patterns = new float[basis.Length][];
        for (int i = 0; i < basis.Length; i++)
        {
            int pattern = i - 2;
            double cosine = i < 4 ? spec.Similarity : spec.Similarity * ((2 * cosines.Uniform((ulong)pattern)) - 1);
            patterns[i] = i < 2
                ? [.. basis[i].Select(value => (float)value)]
                : Mix(cosine, basis[pattern % 2], Math.Sqrt(1 - (cosine * cosine)), basis[i]);
        }

        return patterns;
    }

    private static float[] Mix(double a, double[] x, double b, double[] y) => [.. x.Zip(y, (p, q) => (float)((a * p) + (b * q)))];

    /// <summary>Gram–Schmidt, twice: the second pass removes the rounding error of the first.</summary>
    private static double[] Orthonormal(double[] vector, ReadOnlySpan<double[]> others)
    {
        for (int pass = 0; pass < 2; pass++)
        {
            foreach (double[] other in others)
            {
                double dot = Dot(vector, other);
                vector = [.. vector.Zip(other, (a, b) => a - (dot * b))];
            }

            double norm = Math.Sqrt(Dot(vector, vector));
            vector = [.. vector.Select(value => value / norm)];
        }

        return vector;
    }

    /// <summary>⟨x, y⟩, summed from the first value to the last: the order must not depend on the machine.</summary>
    private static double Dot(double[] x, double[] y)
    {
        double sum = 0;
        for (int i = 0; i < x.Length; i++)
        {
            sum += x[i] * y[i];
        }

        return sum;
    }

    private static Dataset Make(SyntheticDataSpec spec, VectorsInputSpec input, Loss loss, float[][] patterns, int count, ulong seed, string part)
    {
        CounterRandom placeRandom = CounterRandom.ForName(seed, $"data.{part}.place");
        CounterRandom irrelevantRandom = CounterRandom.ForName(seed, $"data.{part}.irrelevant");
        CounterRandom decoyRandom = CounterRandom.ForName(seed, $"data.{part}.decoy");
        CounterRandom noiseRandom = CounterRandom.ForName(seed, $"data.{part}.noise");
        int length = input.Patches * input.Dimension;
        float[] inputs = SampleArray.Allocate(count, length, $"data.{part}");
        var labels = new int[count];
        var places = new int[count];
        for (int i = 0; i < count; i++)
        {
            bool isPositive = i % 2 == 0;
            labels[i] = isPositive ? 1 : loss == Loss.Logistic ? -1 : 0;
            places[i] = placeRandom.Integer((ulong)i, input.Patches);
            for (int j = 0; j < input.Patches; j++)
            {
                int patch = (i * input.Patches) + j;
                float[] pattern = j == places[i]
                    ? patterns[isPositive ? 0 : 1]
                    : patterns[2 + irrelevantRandom.Integer((ulong)patch, spec.Patterns)];
                pattern.CopyTo(inputs, patch * input.Dimension);
            }

            PlaceDecoys(spec.Decoys, patterns, inputs.AsSpan(i * length, length), DecoyPlaces(spec.Decoys, input.Patches, places[i], decoyRandom, i));
        }

        for (int i = 0; i < inputs.Length && spec.Noise > 0; i++)
        {
            inputs[i] += (float)(spec.Noise * noiseRandom.Normal((ulong)i));
        }

        return new Dataset(EquatableArray.Of(input.Patches, input.Dimension), inputs, labels, discriminativePatches: places);
    }

    /// <summary>Different patches for the decoys, none of them the discriminative one: the start of a Fisher–Yates shuffle.</summary>
    private static ReadOnlySpan<int> DecoyPlaces(int decoys, int patches, int discriminative, CounterRandom random, int sample)
    {
        if (decoys == 0)
        {
            return [];
        }

        int[] others = [.. Enumerable.Range(0, patches).Where(patch => patch != discriminative)];
        for (int t = 0; t < 2 * decoys; t++)
        {
            int chosen = t + random.Integer(((ulong)sample * (ulong)patches) + (ulong)t, others.Length - t);
            (others[t], others[chosen]) = (others[chosen], others[t]);
        }

        return others.AsSpan(0, 2 * decoys);
    }

    /// <summary>Replaces patches of a sample by decoys: first those of o₁, then those of o₂.</summary>
    private static void PlaceDecoys(int decoys, float[][] patterns, Span<float> sample, ReadOnlySpan<int> places)
    {
        for (int t = 0; t < places.Length; t++)
        {
            float[] pattern = patterns[t < decoys ? 0 : 1];
            Span<float> patch = sample.Slice(places[t] * pattern.Length, pattern.Length);
            for (int j = 0; j < pattern.Length; j++)
            {
                patch[j] = (float)SyntheticDataSpec.DecoyNorm * pattern[j];
            }
        }
    }
}
