using PatchMoE.Training.Data;
using PatchMoE.Training.Engines;

namespace PatchMoE.Training;

/// <summary>Σ_j x_j, the sum of a sample's patches: all that the linear router loss needs.</summary>
internal static class PatchSums
{
    /// <summary>Sums the valid patches of each sample of a one-level model.</summary>
    /// <returns>[N, d].</returns>
    public static float[] Of(Dataset data, ModelSpec model)
    {
        LayerShape layer = model.LayerShapes()[0];
        float[] sums = SampleArray.Allocate(data.Count, layer.Dimension, "training data");
        float[] buffer = [];
        for (int i = 0; i < data.Count; i++)
        {
            ReadOnlySpan<float> sample = data.InputsOf(i, 1, ref buffer);
            Span<float> sum = sums.AsSpan(i * layer.Dimension, layer.Dimension);
            int valid = data.Lengths.IsEmpty ? layer.Patches : data.Lengths[i];
            for (int j = 0; j < valid; j++)
            {
                if (model.Input is ImageInputSpec image)
                {
                    AddImagePatch(sample, image, j, sum);
                }
                else
                {
                    FloatSums.Add(sample.Slice(j * layer.Dimension, layer.Dimension), sum);
                }
            }
        }

        return sums;
    }

    private static void AddImagePatch(ReadOnlySpan<float> sample, ImageInputSpec image, int patch, Span<float> sum)
    {
        (int top, int left) = image.Corner(patch);
        int rowLength = image.PatchWidth * image.Channels;
        for (int row = 0; row < image.PatchHeight; row++)
        {
            int start = (((top + row) * image.Width) + left) * image.Channels;
            FloatSums.Add(sample.Slice(start, rowLength), sum.Slice(row * rowLength, rowLength));
        }
    }
}
