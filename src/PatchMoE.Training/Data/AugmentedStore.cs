using System.Buffers;

namespace PatchMoE.Training.Data;

/// <summary>Images as they are in one epoch of training: each is varied when it is read, so no copy of the data is kept.</summary>
/// <param name="images">The images.</param>
/// <param name="shape">[H, W, C].</param>
/// <param name="augmentation">How they are varied.</param>
/// <param name="epoch">From 0.</param>
internal sealed class AugmentedStore(SampleStore images, EquatableArray<int> shape, ImageAugmentation augmentation, int epoch) : SampleStore
{
    private readonly EpochDraws _draws = augmentation.Draws(epoch);

    public override void Copy(int sample, Span<float> values)
    {
        float[] image = ArrayPool<float>.Shared.Rent(values.Length);
        try
        {
            images.Copy(sample, image.AsSpan(0, values.Length));
            augmentation.Apply(image.AsSpan(0, values.Length), values, shape, _draws, sample);
        }
        finally
        {
            ArrayPool<float>.Shared.Return(image);
        }
    }
}
