using static TorchSharp.torch;

namespace PatchMoE.TorchSharp.Operations;

/// <summary>Checks a module's input and cuts it into patches.</summary>
internal static class ModuleInput
{
    /// <summary>The patches of layer 0.</summary>
    /// <param name="model">The network.</param>
    /// <param name="input">[B, …] in the input's shape, or [B, values].</param>
    /// <param name="lengths">Valid patches, [B] or [B, T]; null if all are valid.</param>
    /// <returns>Patches [N, n, d] with N = B·T, and the counts, int64 [N].</returns>
    /// <exception cref="ArgumentException">A shape is not the network's, or a count is out of range.</exception>
    public static (Tensor Patches, Tensor? Lengths) Patches(ModelSpec model, Tensor input, Tensor? lengths)
    {
        long batch = Batch(model, input);
        if (lengths is not null && model.CutsMapOfImage())
        {
            throw new ArgumentException("The layers cut the maps of an image, whose patches are all valid: leave lengths out.", nameof(lengths));
        }

        LayerShape layer = model.LayerShapes()[0];
        Tensor patches = model.Input is ImageInputSpec image
            ? Patches(image, input.reshape(batch, image.Height, image.Width, image.Channels))
            : input;
        return (patches.reshape(batch * layer.Instances, layer.Patches, layer.Dimension), Lengths(layer, batch, lengths)?.to(input.device));
    }

    /// <summary>B of an input.</summary>
    /// <exception cref="ArgumentException">The shape is not the network's.</exception>
    public static long Batch(ModelSpec model, Tensor input)
    {
        long[] sample = [.. model.InputShape().Select(size => (long)size)];
        long[] shape = input.shape;
        bool fits = shape.Length > 0 && (shape.AsSpan(1).SequenceEqual(sample) || shape.AsSpan(1).SequenceEqual([model.InputLength()]));
        return fits ? shape[0] : throw new ArgumentException(
            $"The input is [{string.Join(", ", shape)}]; the network takes [B, {string.Join(", ", sample)}]"
            + (model.Input is ImageInputSpec ? ", channels last: after a convolution, permute(0, 2, 3, 1)." : "."), nameof(input));
    }

    /// <summary>The counts as int64 [N], checked; null stays null.</summary>
    /// <exception cref="ArgumentException">Their number does not fit, or one is out of range.</exception>
    public static Tensor? Lengths(LayerShape layer, long batch, Tensor? lengths)
    {
        if (lengths is null)
        {
            return null;
        }

        long count = lengths.NumberOfElements;
        if (count != batch * layer.Instances)
        {
            throw new ArgumentException($"lengths has {count} values; {batch} samples of {layer.Instances} groups need {batch * layer.Instances}.", nameof(lengths));
        }

        Tensor counts = lengths.reshape(-1).to(ScalarType.Int64);
        return count == 0 || (counts.min().item<long>() >= 0 && counts.max().item<long>() <= layer.Patches)
            ? counts
            : throw new ArgumentException($"lengths holds a count outside 0 to {layer.Patches}, the number of patches.", nameof(lengths));
    }

    /// <summary>[B, H, W, C] → [B, rows, columns, ph, pw, C]: a window that would cross the edge is not a patch.</summary>
    public static Tensor Patches(ImageInputSpec image, Tensor pixels) => pixels
        .unfold(1, image.PatchHeight, image.StrideHeight)
        .unfold(2, image.PatchWidth, image.StrideWidth)
        .permute(0, 1, 2, 4, 5, 3);
}
