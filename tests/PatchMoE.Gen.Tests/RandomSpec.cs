namespace PatchMoE.Gen.Tests;

/// <summary>Random networks of awkward sizes: 1, primes, tails of every vector width, l = n.</summary>
internal static class RandomSpec
{
    private static readonly int[] s_sizes = [1, 2, 3, 4, 5, 7, 8, 11, 13, 15, 16, 17, 19, 31, 32, 33, 53];
    private static readonly int[] s_counts = [1, 2, 3, 5, 7, 8];

    /// <summary>The network of a seed. Each choice (routing, gate, …) cycles with the seed, so that any range of seeds covers all of them; sizes are random.</summary>
    public static PatchMoESpec Of(int seed)
    {
        var random = new Random(seed);
        (InputSpec input, int[] patches) = Input(seed, random);
        LayerSpec[] layers = [.. patches.Select((n, level) => Layer(seed + level, n, random))];
        bool logistic = seed % 3 != 0;
        bool isFixed = logistic && seed % 4 < 2;
        bool sign = isFixed && seed % 8 == 0;
        if (sign)
        {
            layers[^1] = layers[^1] with { Experts = 2 };
        }

        HeadSpec head = isFixed
            ? new HeadSpec(HeadKind.Fixed, 1, sign ? HeadWeights.Sign : HeadWeights.Gaussian)
            : new HeadSpec(HeadKind.Linear, logistic ? 1 : random.Next(2, 12), Bias: seed % 5 != 0);
        var spec = new PatchMoESpec($"random-{seed}", new ModelSpec(input, layers.ToEquatableArray(), head, logistic ? Loss.Logistic : Loss.SoftmaxCrossEntropy));

        // The validator decides.
        SpecResult read = SpecReader.Read(SpecWriter.ToJson(spec), $"random-{seed}.json");
        return read.Spec ?? throw new AssertionException($"Seed {seed}: {string.Join('\n', read.Diagnostics)}");
    }

    /// <summary>The input, and n of each level.</summary>
    private static (InputSpec Input, int[] Patches) Input(int seed, Random random)
    {
        // The largest, with l = n, is selected by sorting.
        int n = seed % 20 == 15 ? s_sizes[^1] : Pick(random, s_sizes);
        int d = Pick(random, s_sizes);
        switch (seed % 5)
        {
            case 0:
                return (new VectorsInputSpec(n, d), [n]);
            case 1:
                int groups = Pick(random, s_counts);
                return (new VectorsInputSpec(n, d, EquatableArray.Of(groups)), [n, groups]);
            case 2:
                (int outer, int inner) = (Pick(random, s_counts), Pick(random, s_counts));
                return (new VectorsInputSpec(n, d, EquatableArray.Of(outer, inner)), [n, inner, outer]);
            default:
                // Odd seeds overlap; some patches are whole rows of the image.
                (int patchHeight, int patchWidth) = (random.Next(1, 6), random.Next(1, 8));
                (int height, int width) = (patchHeight + random.Next(0, 12), patchWidth + (seed % 3 == 0 ? 0 : random.Next(0, 12)));
                (int strideHeight, int strideWidth) = seed % 2 == 0 ? (patchHeight, patchWidth) : (random.Next(1, patchHeight + 1), random.Next(1, patchWidth + 1));
                var image = new ImageInputSpec(height, width, random.Next(1, 4), patchHeight, patchWidth, strideHeight, strideWidth);
                return (image, [image.GridHeight * image.GridWidth]);
        }
    }

    private static LayerSpec Layer(int choice, int n, Random random)
    {
        (int experts, int neurons, bool bias) = (Pick(random, s_counts), Pick(random, s_sizes), choice % 2 == 0);
        return (choice % 7) switch
        {
            5 => new LayerSpec(Routing.Dense, experts, neurons, Bias: bias),
            6 => new LayerSpec(Routing.Sample, experts, neurons, Bias: bias),
            _ => new LayerSpec(Routing.ExpertChoice, experts, neurons, choice % 4 == 3 ? n : random.Next(1, n + 1), (Gate)(choice % 4), (Pooling)(choice % 3), bias),
        };
    }

    private static int Pick(Random random, int[] values) => values[random.Next(values.Length)];
}
