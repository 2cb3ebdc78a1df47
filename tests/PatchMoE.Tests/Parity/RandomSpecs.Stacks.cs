namespace PatchMoE.Tests.Parity;

/// <content>Maps, windows with every stride and padding, and heads on a flattened map.</content>
internal sealed partial class RandomSpecs
{
    private const int MostLayers = 4;

    private ModelSpec DrawStack()
    {
        bool isImage = _random.Next(3) > 0;
        InputSpec input = isImage
            ? DrawImage() with { Channels = Of(1, 2, 3) }
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
            LayerSpec layer = DrawLayer(height * width, experts: Of(1, 2, 3, 4), neurons: Of(1, 2, 3, 4, 5, 8, 17));
            layers.Add(layer with { Window = window, Map = map, Pooling = map ? Pooling.Selected : layer.Pooling });
        }

        // The signs of a fixed head belong to pooled neurons.
        (HeadSpec head, Loss loss) = DrawHead(layers[^1].Map ? 0 : layers[^1].Experts);
        return new ModelSpec(input, layers.ToEquatableArray(), head, loss);
    }

    /// <summary>The size and the step of a window along one side of a map.</summary>
    private (int Window, int Stride) DrawSide(Padding padding, int map)
    {
        int window = padding == Padding.Same ? Of(1, 3, 3, 5) : Math.Min(map, Of(1, 2, 3, 4));
        return (window, Of(1, 1, 2, 3));
    }
}
