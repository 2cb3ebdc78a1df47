namespace PatchMoE.Training.Data;

/// <summary>The shapes that a sample of a model may have.</summary>
/// <param name="Sample">The axes of model.input: [H, W, C], [n, d] or [T, n, d].</param>
/// <param name="WithoutChannel">[H, W] for images of a single channel, else null.</param>
/// <param name="AreImages">Whether samples are images.</param>
internal sealed record InputShapes(int[] Sample, int[]? WithoutChannel, bool AreImages)
{
    public static InputShapes Of(ModelSpec model)
    {
        int[] sample = [.. model.InputShape()];
        bool images = sample.Length == 3 && model.Input is ImageInputSpec;
        return new InputShapes(sample, images && sample[2] == 1 ? sample[..^1] : null, images);
    }

    /// <summary>Both, the complete one first.</summary>
    public IEnumerable<int[]> All => WithoutChannel is null ? [Sample] : [Sample, WithoutChannel];

    /// <summary>Whether an array is a batch [B, …] of samples.</summary>
    public bool IsBatch(IReadOnlyList<int> shape) => shape.Count > 0 && All.Any(shape.Skip(1).SequenceEqual);
}
