namespace PatchMoE.Tests.Parity;

/// <content>Maps, windows with every stride and padding, and heads on a flattened map.</content>
internal sealed partial class RandomSpecs
{
    private const int MostLayers = 4;

    private ModelSpec DrawStack()
    {
        bool isImage = _random.Next(3) > 0;
        InputSpec input = isImage
            ? DrawGrid()
            : new VectorsInputSpec(Of(1, 2, 5, 9, 16, 17, 31), Of(1, 3, 5, 8, 17));
        (int height, int width) = input is ImageInputSpec image ? (image.GridHeight, image.GridWidth) : (((VectorsInputSpec)input).Patches, 1);

        int count = 1 + _random.Next(MostLayers);
        var layers = new List<LayerSpec>();
        for (int i = 0; i < count; i++)
        {
            WindowSpec? window = i == 0 ? null : new WindowSpec(1, 1, 1, 1, (Padding)_random.Next(2));
            if (window is not null)
            {
                (int rows, int rowStep) = DrawSide(window.Padding, height);
                (int columns, int columnStep) = isImage ? DrawSide(window.Padding, width) : (1, 1);
                window = window with { Height = rows, Width = columns, StrideHeight = rowStep, StrideWidth = columnStep };
                (height, width) = (window.Rows(height), window.Columns(width));
            }

            bool map = i < count - 1 || _random.Next(4) == 0;
            LayerSpec layer = DrawLayer(height * width, experts: Of(1, 2, 3, 4), neurons: Of(1, 2, 3, 4, 5, 8, 16, 17, 33));
            layers.Add(layer with { Window = window, Map = map, Pooling = map ? Pooling.Selected : layer.Pooling });
        }

        // The signs of a fixed head belong to pooled neurons.
        (HeadSpec head, Loss loss) = DrawHead(layers[^1].Map ? 0 : layers[^1].Experts);
        return new ModelSpec(input, layers.ToEquatableArray(), head, loss);
    }

    /// <summary>An image with a grid that is large enough for several layers of windows.</summary>
    private ImageInputSpec DrawGrid()
    {
        (int patchHeight, int patchWidth) = (Of(1, 2, 3), Of(1, 3, 4));
        (int strideHeight, int strideWidth) = (Of(1, 2, patchHeight), Of(1, patchWidth));
        int height = patchHeight + (strideHeight * Of(0, 1, 3, 6, 8, 11)) + _random.Next(strideHeight);
        int width = patchWidth + (strideWidth * Of(0, 2, 4, 7, 9)) + _random.Next(strideWidth);
        return new ImageInputSpec(height, width, Of(1, 2, 3), patchHeight, patchWidth, strideHeight, strideWidth);
    }

    /// <summary>The size and the step of a window along one side of a map.</summary>
    private (int Window, int Stride) DrawSide(Padding padding, int map)
    {
        int window = padding == Padding.Same ? Of(1, 3, 3, 5) : Math.Min(map, Of(1, 2, 3, 4));
        return (window, Of(1, 1, 2, 3));
    }
}
