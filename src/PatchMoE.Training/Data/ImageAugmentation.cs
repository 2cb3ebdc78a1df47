using PatchMoE.RandomNumbers;

namespace PatchMoE.Training.Data;

/// <summary>
/// Varies images at random: a part is enlarged to the whole, the image is shifted, mirrored, and made lighter or darker, as far as the spec says. The result depends only on
/// the seed, the epoch and the sample's index.
/// </summary>
/// <param name="spec">What is varied.</param>
/// <param name="seed">The run's seed.</param>
/// <param name="deviation">The deviation by which each channel was divided; null if the images are not normalised.</param>
internal sealed class ImageAugmentation(AugmentSpec spec, ulong seed, EquatableArray<float>? deviation = null)
{
    private const int DrawsPerSample = 3;

    /// <summary>The random numbers of an epoch.</summary>
    /// <param name="epoch">From 0.</param>
    public EpochDraws Draws(int epoch) => new(
        CounterRandom.ForName(seed, $"augment.{epoch}"), CounterRandom.ForName(seed, $"augment.crop.{epoch}"), CounterRandom.ForName(seed, $"augment.brightness.{epoch}"));

    /// <summary>Varies one image.</summary>
    /// <param name="image">[H, W, C]; overwritten if a part of it is enlarged.</param>
    /// <param name="result">[H, W, C], written.</param>
    /// <param name="shape">[H, W, C].</param>
    /// <param name="draws">The epoch's random numbers.</param>
    /// <param name="sample">The image's index.</param>
    public void Apply(Span<float> image, Span<float> result, EquatableArray<int> shape, in EpochDraws draws, int sample)
    {
        ulong draw = (ulong)sample * DrawsPerSample;
        if (spec.Crop < 1)
        {
            double side = 1 - ((1 - spec.Crop) * draws.Crop.Uniform(draw));
            Enlarge(image, result, shape, side, draws.Crop.Uniform(draw + 1), draws.Crop.Uniform(draw + 2));
            result.CopyTo(image);
        }

        int down = draws.Place.Integer(draw, (2 * spec.Shift) + 1) - spec.Shift;
        int right = draws.Place.Integer(draw + 1, (2 * spec.Shift) + 1) - spec.Shift;
        bool mirror = spec.Flip && draws.Place.Integer(draw + 2, 2) == 1;
        Move(image, result, shape, down, right, mirror);
        if (spec.Brightness > 0)
        {
            Lighten(result, shape[2], (float)(spec.Brightness * ((2 * draws.Brightness.Uniform((ulong)sample)) - 1)));
        }
    }

    /// <summary>Moves an image up by <paramref name="down"/> rows and left by <paramref name="right"/> columns, filling with 0, and mirrors the result if wanted.</summary>
    internal static void Move(ReadOnlySpan<float> image, Span<float> result, EquatableArray<int> shape, int down, int right, bool mirror)
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

    /// <summary>Enlarges a part of an image to the whole, bilinearly.</summary>
    /// <param name="image">[H, W, C].</param>
    /// <param name="result">[H, W, C], written.</param>
    /// <param name="shape">[H, W, C].</param>
    /// <param name="side">The part's sides, relative to the image's.</param>
    /// <param name="top">Where it lies between the upper edge (0) and the lower (1).</param>
    /// <param name="left">Where it lies between the left edge (0) and the right (1).</param>
    internal static void Enlarge(ReadOnlySpan<float> image, Span<float> result, EquatableArray<int> shape, double side, double top, double left)
    {
        (int height, int width, int channels) = (shape[0], shape[1], shape[2]);
        for (int row = 0; row < height; row++)
        {
            (int above, int below, float down) = Between(row, height, side, top);
            for (int column = 0; column < width; column++)
            {
                (int before, int after, float right) = Between(column, width, side, left);
                for (int channel = 0; channel < channels; channel++)
                {
                    float upper = Mix(image[(((above * width) + before) * channels) + channel], image[(((above * width) + after) * channels) + channel], right);
                    float lower = Mix(image[(((below * width) + before) * channels) + channel], image[(((below * width) + after) * channels) + channel], right);
                    result[(((row * width) + column) * channels) + channel] = Mix(upper, lower, down);
                }
            }
        }
    }

    /// <summary>The two pixels along an axis between which a pixel of the enlarged part lies, and how far towards the second.</summary>
    private static (int First, int Second, float Share) Between(int index, int size, double side, double start)
    {
        double place = Math.Clamp(((index + 0.5) * side) - 0.5 + (start * (1 - side) * size), 0, size - 1);
        int first = (int)place;
        return (first, Math.Min(first + 1, size - 1), (float)(place - first));
    }

    private static float Mix(float first, float second, float share) => first + (share * (second - first));

    private void Lighten(Span<float> image, int channels, float by)
    {
        for (int i = 0; i < image.Length; i++)
        {
            image[i] += deviation is { } scale ? by / scale[i % channels] : by;
        }
    }
}

/// <summary>The random numbers of one epoch.</summary>
/// <param name="Place">Shifts and mirroring.</param>
/// <param name="Crop">The part that is enlarged.</param>
/// <param name="Brightness">Lighter or darker.</param>
internal readonly record struct EpochDraws(CounterRandom Place, CounterRandom Crop, CounterRandom Brightness);
