using PatchMoE.RandomNumbers;

namespace PatchMoE.Training.Data;

/// <summary>
/// The usual augmentation of CIFAR-10 (He et al., 2016): an image is padded by 4 zeros on each side, cropped to its size at a random position, and flipped
/// horizontally half of the time. The result depends only on the seed, the epoch and the sample's index.
/// </summary>
/// <param name="seed">The run's seed.</param>
internal sealed class ImageAugmentation(ulong seed)
{
    private const int Padding = 4;
    private const int DrawsPerSample = 3;

    /// <summary>The training data of one epoch.</summary>
    /// <param name="data">The original data, images [H, W, C].</param>
    /// <param name="epoch">From 0.</param>
    /// <param name="inputs">The epoch's images, as many values as the data have; overwritten.</param>
    /// <exception cref="ArgumentException">The samples are not images, or the lengths differ.</exception>
    public Dataset Apply(Dataset data, int epoch, float[] inputs)
    {
        if (data.InputShape.Count != 3 || inputs.Length != data.Inputs.Length)
        {
            throw new ArgumentException($"{inputs.Length} values for {data.Count} samples of [{string.Join(", ", data.InputShape)}]: images [H, W, C] are needed.", nameof(data));
        }

        CounterRandom random = CounterRandom.ForName(seed, $"augment.{epoch}");
        for (int i = 0; i < data.Count; i++)
        {
            ulong draw = (ulong)i * DrawsPerSample;
            int down = random.Integer(draw, (2 * Padding) + 1) - Padding;
            int right = random.Integer(draw + 1, (2 * Padding) + 1) - Padding;
            bool mirror = random.Integer(draw + 2, 2) == 1;
            Crop(data.InputsOf(i, 1), inputs.AsSpan(i * data.InputLength, data.InputLength), data.InputShape, down, right, mirror);
        }

        return new Dataset(data.InputShape, inputs, data.Labels.ToArray());
    }

    /// <summary>Moves an image up by <paramref name="down"/> rows and left by <paramref name="right"/> columns, filling with 0, and flips the result if wanted.</summary>
    internal static void Crop(ReadOnlySpan<float> image, Span<float> result, EquatableArray<int> shape, int down, int right, bool mirror)
    {
        (int height, int width, int channels) = (shape[0], shape[1], shape[2]);
        result.Clear();
        for (int row = 0; row < height; row++)
        {
            int sourceRow = row + down;
            if (sourceRow < 0 || sourceRow >= height)
            {
                continue;
            }

            for (int column = 0; column < width; column++)
            {
                int sourceColumn = (mirror ? width - 1 - column : column) + right;
                if (sourceColumn >= 0 && sourceColumn < width)
                {
                    image.Slice(((sourceRow * width) + sourceColumn) * channels, channels).CopyTo(result[(((row * width) + column) * channels)..]);
                }
            }
        }
    }
}
