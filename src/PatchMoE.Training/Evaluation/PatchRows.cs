using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace PatchMoE.Training.Evaluation;

/// <summary>Inner products of layer 0's router rows with patches, where they lie in a sample. Their order of sums does not depend on the machine.</summary>
/// <param name="model">A network without a backbone.</param>
internal sealed class PatchRows(ModelSpec model)
{
    private readonly LayerShape _shape = model.LayerShapes()[0];

    /// <summary>⟨w, x_j⟩.</summary>
    /// <param name="row">w, [d].</param>
    /// <param name="instance">One instance of layer 0: a sample, or a group of it.</param>
    /// <param name="patch">j.</param>
    public float Dot(ReadOnlySpan<float> row, ReadOnlySpan<float> instance, int patch)
    {
        Vector256<float> lanes = Vector256<float>.Zero;
        float rest = 0;
        if (model.Input is ImageInputSpec image)
        {
            (int top, int left) = image.Corner(patch);
            int length = image.PatchWidth * image.Channels;
            for (int y = 0; y < image.PatchHeight; y++)
            {
                Add(row.Slice(y * length, length), instance.Slice((((top + y) * image.Width) + left) * image.Channels, length), ref lanes, ref rest);
            }
        }
        else
        {
            Add(row, instance.Slice(patch * _shape.Dimension, _shape.Dimension), ref lanes, ref rest);
        }

        float sum = 0;
        for (int lane = 0; lane < Vector256<float>.Count; lane++)
        {
            sum += lanes[lane];
        }

        return sum + rest;
    }

    private static void Add(ReadOnlySpan<float> x, ReadOnlySpan<float> y, ref Vector256<float> lanes, ref float rest)
    {
        int i = 0;
        for (; i <= x.Length - Vector256<float>.Count; i += Vector256<float>.Count)
        {
            lanes += Vector256.LoadUnsafe(ref MemoryMarshal.GetReference(x), (nuint)i) * Vector256.LoadUnsafe(ref MemoryMarshal.GetReference(y), (nuint)i);
        }

        for (; i < x.Length; i++)
        {
            rest += x[i] * y[i];
        }
    }
}
