namespace PatchMoE.Reference;

/// <summary>Cuts a sample into the patches of the lowest layer: one array x [n, d] for each of its groups.</summary>
internal static class PatchGrid
{
    /// <summary>The patches of the sample that starts at <paramref name="start"/> of a batch.</summary>
    /// <param name="model">The model.</param>
    /// <param name="input">[B, …].</param>
    /// <param name="start">The index of the sample's first value.</param>
    /// <returns>[groups] arrays [n, d]; one for an image.</returns>
    public static double[][,] Cut(ModelSpec model, double[] input, int start)
    {
        double[][,] x = Empty(model);
        ForEach(model, (group, j, i, index) => x[group][j, i] = input[start + index]);
        return x;
    }

    /// <summary>The adjoint of <see cref="Cut"/>: each value of the sample receives the sum over the patches that contain it.</summary>
    /// <param name="model">The model.</param>
    /// <param name="xGradient">[groups] arrays [n, d].</param>
    /// <param name="inputGradient">[B, …], added to.</param>
    /// <param name="start">The index of the sample's first value.</param>
    public static void Add(ModelSpec model, double[][,] xGradient, double[] inputGradient, int start) =>
        ForEach(model, (group, j, i, index) => inputGradient[start + index] += xGradient[group][j, i]);

    private static double[][,] Empty(ModelSpec model)
    {
        LayerShape shape = model.LayerShapes()[0];
        return [.. Enumerable.Range(0, shape.Instances).Select(_ => new double[shape.Patches, shape.Dimension])];
    }

    /// <summary>Calls <paramref name="visit"/> (group, patch j, value i, index in the sample) for each value of each patch.</summary>
    private static void ForEach(ModelSpec model, Action<int, int, int, int> visit)
    {
        if (model.Input is ImageInputSpec image)
        {
            ForEachOfImage(image, visit);
            return;
        }

        LayerShape shape = model.LayerShapes()[0];
        int index = 0;
        for (int group = 0; group < shape.Instances; group++)
        {
            for (int j = 0; j < shape.Patches; j++)
            {
                for (int i = 0; i < shape.Dimension; i++)
                {
                    visit(group, j, i, index++);
                }
            }
        }
    }

    /// <summary>Patch j = (row, column of the grid), value i = (row, column, channel) of its window in [H, W, C].</summary>
    private static void ForEachOfImage(ImageInputSpec image, Action<int, int, int, int> visit)
    {
        for (int j = 0; j < image.GridHeight * image.GridWidth; j++)
        {
            int top = j / image.GridWidth * image.StrideHeight;
            int left = j % image.GridWidth * image.StrideWidth;
            int i = 0;
            for (int row = top; row < top + image.PatchHeight; row++)
            {
                for (int column = left; column < left + image.PatchWidth; column++)
                {
                    for (int channel = 0; channel < image.Channels; channel++)
                    {
                        visit(0, j, i++, (((row * image.Width) + column) * image.Channels) + channel);
                    }
                }
            }
        }
    }
}
