using PatchMoE.RandomNumbers;

namespace PatchMoE.Training.Data;

/// <summary>Plain images of a source with their classes, pixels/255; selected by the seed, each image at most once.</summary>
internal static class ImagesData
{
    /// <summary>Creates training and test samples.</summary>
    /// <param name="spec">The spec's <c>data</c> section.</param>
    /// <param name="model">The network: its input must have the images' size.</param>
    /// <param name="trainImages">Images for the training samples.</param>
    /// <param name="testImages">Images for the test samples.</param>
    /// <param name="seed">The seed of the draws.</param>
    /// <exception cref="BadInputException">There are too few images, or their size does not fit the model.</exception>
    public static (Dataset Train, Dataset Test) Make(ImagesDataSpec spec, ModelSpec model, ImageSet trainImages, ImageSet testImages, ulong seed)
    {
        if (model.InputShape() != EquatableArray.Of(trainImages.Rows, trainImages.Columns, 1))
        {
            throw new BadInputException(
                $"model.input: it requires [{string.Join(", ", model.InputShape())}], but an image of {spec.Source} is [{trainImages.Rows}, {trainImages.Columns}, 1]. Change model.input.");
        }

        return (Draw(trainImages, spec.Train, seed, "train"), Draw(testImages, spec.Test, seed, "test"));
    }

    private static Dataset Draw(ImageSet images, int count, ulong seed, string part)
    {
        if (count > images.Count)
        {
            throw new BadInputException($"data.{part}: {count} is more than the {images.Count} images there are. Use 1 to {images.Count}, or give more data with --data DIR.");
        }

        int[] order = [.. Enumerable.Range(0, images.Count)];
        CounterRandom.ForName(seed, $"data.{part}").Shuffle<int>(order);
        int length = images.Rows * images.Columns;
        byte[] inputs = SampleArray.AllocatePixels(count, length, $"data.{part}");
        var labels = new int[count];
        for (int i = 0; i < count; i++)
        {
            images.Image(order[i]).CopyTo(inputs.AsSpan(i * length));
            labels[i] = images.Label(order[i]);
        }

        return new Dataset(EquatableArray.Of(images.Rows, images.Columns, 1), new ByteStore(inputs, length), labels);
    }
}
