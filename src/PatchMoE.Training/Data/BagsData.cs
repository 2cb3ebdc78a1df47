using PatchMoE.RandomNumbers;

namespace PatchMoE.Training.Data;

/// <summary>
/// The bags of digits of Ilse, Tomczak and Welling (Attention-based Deep Multiple Instance Learning, ICML 2018), pixels/255: a bag is positive if at least one
/// of its digits is of the positive class. Bags with an even index are positive, the others negative. Bag i depends only on the seed, the images and i, so a
/// longer set starts with a shorter one.
/// </summary>
/// <remarks>
/// The digits of a negative bag are drawn from the images of the other classes. Those of a positive bag are drawn from all images, given that there is at least
/// one positive digit: that is, as in an ordinary random bag, so among m digits there are about m·p positive ones, where p is their share of the images. The
/// place of the first is drawn from its distribution, P(j) ∝ (1 − p)^j for j &lt; m; the digits before it are of other classes, and those after it of any.
/// </remarks>
internal static class BagsData
{
    /// <summary>Creates training and test bags.</summary>
    /// <param name="spec">The spec's <c>data</c> section.</param>
    /// <param name="model">The network: input <c>vectors</c> without groups, each as long as an image. A bag of more than n digits is cut to n.</param>
    /// <param name="trainImages">Digits for the training bags.</param>
    /// <param name="testImages">Digits for the test bags; none may be in <paramref name="trainImages"/>.</param>
    /// <param name="seed">The seed of all draws.</param>
    /// <exception cref="BadInputException">The model's input is of another kind or size, or there are no positive or no other digits.</exception>
    public static (Dataset Train, Dataset Test) Make(BagsDataSpec spec, ModelSpec model, ImageSet trainImages, ImageSet testImages, ulong seed)
    {
        if (model.Input is not VectorsInputSpec { Groups.Count: 0 } input)
        {
            throw new BadInputException("data.kind: bags are vectors [n, d]. Set model.input.kind to \"vectors\", without groups.");
        }

        if (input.Dimension != trainImages.Rows * trainImages.Columns)
        {
            throw new BadInputException(
                $"model.input.dimension: {input.Dimension}, but each patch of a bag is an image of {trainImages.Rows}×{trainImages.Columns} pixels. Use {trainImages.Rows * trainImages.Columns}.");
        }

        return (Make(spec, model, input, trainImages, spec.Train, seed, "train"), Make(spec, model, input, testImages, spec.Test, seed, "test"));
    }

    private static Dataset Make(BagsDataSpec spec, ModelSpec model, VectorsInputSpec input, ImageSet images, int count, ulong seed, string part)
    {
        int[] positive = Pool(images, label => label == spec.Positive, spec, part);
        int[] others = Pool(images, label => label != spec.Positive, spec, part);
        double share = (double)positive.Length / images.Count;
        CounterRandom sizeRandom = CounterRandom.ForName(seed, $"data.{part}.size");
        CounterRandom placeRandom = CounterRandom.ForName(seed, $"data.{part}.place");
        CounterRandom digitRandom = CounterRandom.ForName(seed, $"data.{part}.digit");

        int n = input.Patches;
        float[] inputs = SampleArray.Allocate(count, n * input.Dimension, $"data.{part}");
        var labels = new int[count];
        var lengths = new int[count];
        var firsts = new int[count];
        var deciding = new bool[(long)count * n];
        int negativeLabel = ModelClasses.Label(model, 0);
        for (int i = 0; i < count; i++)
        {
            bool isPositive = i % 2 == 0;
            labels[i] = isPositive ? 1 : negativeLabel;
            lengths[i] = (int)Math.Clamp(Math.Round(spec.Mean + (spec.Deviation * sizeRandom.Normal((ulong)i))), 1, n);
            firsts[i] = isPositive ? FirstPositive(lengths[i], share, placeRandom.Uniform((ulong)i)) : -1;
            for (int j = 0; j < lengths[i]; j++)
            {
                // Room for any number of digits: the draws of a bag must not depend on n.
                ulong draw = ((ulong)i << 32) | (uint)j;
                int image = isPositive && j > firsts[i]
                    ? digitRandom.Integer(draw, images.Count)
                    : From(j == firsts[i] ? positive : others, digitRandom, draw);
                int patch = (i * n) + j;
                deciding[patch] = images.Label(image) == spec.Positive;
                Pixels.ToUnit(images.Image(image), inputs.AsSpan(patch * input.Dimension, input.Dimension));
            }
        }

        return new Dataset(model.InputShape(), inputs, labels, lengths, firsts) { Deciding = deciding };
    }

    private static int From(int[] pool, CounterRandom random, ulong draw) => pool[random.Integer(draw, pool.Length)];

    /// <summary>The place of the first positive digit among <paramref name="size"/>, given that there is one.</summary>
    /// <param name="size">The number of digits.</param>
    /// <param name="share">The share of positive digits among the images.</param>
    /// <param name="uniform">Uniform in (0, 1).</param>
    private static int FirstPositive(int size, double share, double uniform)
    {
        double none = 1;
        for (int j = 0; j < size; j++)
        {
            none *= 1 - share;
        }

        double target = uniform * (1 - none);
        double absent = 1;
        for (int j = 0; j < size - 1; j++)
        {
            absent *= 1 - share;
            if (1 - absent > target)
            {
                return j;
            }
        }

        return size - 1;
    }

    private static int[] Pool(ImageSet images, Func<int, bool> isWanted, BagsDataSpec spec, string part)
    {
        int[] pool = images.IndicesWhere(isWanted);
        return pool.Length > 0 ? pool : throw new BadInputException(
            $"data.positive: {(images.IndicesWhere(label => label == spec.Positive).Length == 0 ? "none" : "each")} of the {images.Count} {part} images is of class {spec.Positive}, "
            + "but bags need images of it and of other classes. Choose another class, or give other data with --data DIR.");
    }
}
