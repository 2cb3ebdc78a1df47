using PatchMoE.RandomNumbers;

namespace PatchMoE.Training.Data;

/// <summary>
/// The mosaics of Chowdhury et al. (ICML 2023): a grid of digits with one class digit at a random position among irrelevant digits, pixels/255. Samples
/// with an even index are positive, the others negative. Sample i depends only on the seed, the images and i, so a longer set starts with a shorter one.
/// A spurious digit replaces one of a training sample's irrelevant digits; nothing else changes with it.
/// </summary>
internal static class MosaicData
{
    /// <summary>Creates training and test samples.</summary>
    /// <param name="spec">The spec's <c>data</c> section.</param>
    /// <param name="model">The network: its input must have the mosaic's size. If its patches are the grid's cells, the class digit's position is recorded.</param>
    /// <param name="trainImages">Digits for the training samples.</param>
    /// <param name="testImages">Digits for the test samples; none may be in <paramref name="trainImages"/>.</param>
    /// <param name="seed">The seed of all draws.</param>
    /// <exception cref="BadInputException">The sizes do not fit the model, or a class has no digit.</exception>
    public static (Dataset Train, Dataset Test) Make(MosaicDataSpec spec, ModelSpec model, ImageSet trainImages, ImageSet testImages, ulong seed)
    {
        RequireShape(spec, model, trainImages);
        SpuriousDigits? spurious = spec.Spurious is { } tied ? new SpuriousDigits(tied, trainImages, "train", spec.GridHeight * spec.GridWidth, seed) : null;
        return (Make(spec, model, trainImages, spec.Train, seed, "train", spurious).Samples, Make(spec, model, testImages, spec.Test, seed, "test", spurious: null).Samples);
    }

    /// <summary>
    /// The test samples of <see cref="Make(MosaicDataSpec, ModelSpec, ImageSet, ImageSet, ulong)"/>, but with a digit that is tied to the class, as often as in training: what would
    /// be tested if nobody knew that the correlation is spurious.
    /// </summary>
    /// <param name="spec">The spec's <c>data</c> section, with a spurious digit.</param>
    /// <param name="model">As for <c>Make</c>.</param>
    /// <param name="testImages">Digits for the test samples.</param>
    /// <param name="seed">The seed of all draws.</param>
    /// <returns>The samples, and the cell of each one's spurious digit, −1 where it has none.</returns>
    /// <exception cref="BadInputException">The sizes do not fit the model, or a class has no digit.</exception>
    public static (Dataset Test, int[] SpuriousCells) MakeTiedTest(MosaicDataSpec spec, ModelSpec model, ImageSet testImages, ulong seed)
    {
        RequireShape(spec, model, testImages);
        return Make(spec, model, testImages, spec.Test, seed, "test", new SpuriousDigits(spec.Spurious!, testImages, "test", spec.GridHeight * spec.GridWidth, seed));
    }

    private static void RequireShape(MosaicDataSpec spec, ModelSpec model, ImageSet images)
    {
        int height = spec.GridHeight * images.Rows;
        int width = spec.GridWidth * images.Columns;
        if (model.InputShape() != EquatableArray.Of(height, width, 1))
        {
            throw new BadInputException(
                $"data.grid: {spec.GridHeight}×{spec.GridWidth} digits of {images.Rows}×{images.Columns} make samples of [{height}, {width}, 1], but model.input requires [{string.Join(", ", model.InputShape())}]. Change data.grid or model.input.");
        }
    }

    private static (Dataset Samples, int[] SpuriousCells) Make(
        MosaicDataSpec spec, ModelSpec model, ImageSet images, int count, ulong seed, string part, SpuriousDigits? spurious)
    {
        // Class digits are taken in a shuffled order, each once before any is repeated; irrelevant ones are drawn independently.
        int[] positive = images.Pool(part, "data.positive", spec.Positive);
        int[] negative = images.Pool(part, "data.negative", spec.Negative);
        int[] irrelevant = images.Pool(part, "data.irrelevant", [.. spec.Irrelevant]);
        CounterRandom.ForName(seed, $"data.{part}.positive").Shuffle<int>(positive);
        CounterRandom.ForName(seed, $"data.{part}.negative").Shuffle<int>(negative);
        CounterRandom placeRandom = CounterRandom.ForName(seed, $"data.{part}.place");
        CounterRandom irrelevantRandom = CounterRandom.ForName(seed, $"data.{part}.irrelevant");

        int cells = spec.GridHeight * spec.GridWidth;
        int length = cells * images.Rows * images.Columns;
        byte[] inputs = SampleArray.AllocatePixels(count, length, $"data.{part}");
        var labels = new int[count];
        var places = new int[count];
        var spuriousCells = new int[count];
        int negativeLabel = ModelClasses.Label(model, 0);
        for (int i = 0; i < count; i++)
        {
            bool isPositive = i % 2 == 0;
            int[] pool = isPositive ? positive : negative;
            labels[i] = isPositive ? 1 : negativeLabel;
            places[i] = placeRandom.Integer((ulong)i, cells);
            Span<byte> sample = inputs.AsSpan(i * length, length);
            (int Cell, int Image)? tied = spurious?.Of(i, isPositive, places[i]);
            spuriousCells[i] = tied?.Cell ?? -1;
            for (int cell = 0; cell < cells; cell++)
            {
                int image = cell == places[i] ? pool[i / 2 % pool.Length]
                    : tied is { } digit && cell == digit.Cell ? digit.Image
                    : irrelevant[irrelevantRandom.Integer(((ulong)i * (ulong)cells) + (ulong)cell, irrelevant.Length)];
                Draw(images, image, sample, cell / spec.GridWidth, cell % spec.GridWidth, spec.GridWidth);
            }
        }

        return (new Dataset(model.InputShape(), new ByteStore(inputs, length), labels, discriminativePatches: CellsArePatches(spec, model, images) ? places : null), spuriousCells);
    }

    private static void Draw(ImageSet images, int image, Span<byte> sample, int gridRow, int gridColumn, int gridWidth)
    {
        ReadOnlySpan<byte> pixels = images.Image(image);
        for (int row = 0; row < images.Rows; row++)
        {
            int target = ((((gridRow * images.Rows) + row) * gridWidth) + gridColumn) * images.Columns;
            pixels.Slice(row * images.Columns, images.Columns).CopyTo(sample[target..]);
        }
    }

    private static bool CellsArePatches(MosaicDataSpec spec, ModelSpec model, ImageSet images) =>
        model is { Backbone: null, Input: ImageInputSpec input }
        && (input.PatchHeight, input.PatchWidth, input.StrideHeight, input.StrideWidth) == (images.Rows, images.Columns, images.Rows, images.Columns)
        && (input.GridHeight, input.GridWidth) == (spec.GridHeight, spec.GridWidth);
}
