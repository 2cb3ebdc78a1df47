namespace PatchMoE.Reports;

/// <summary>The pixels that a window of an upper layer sees.</summary>
/// <param name="X">The first column.</param>
/// <param name="Y">The first row.</param>
/// <param name="Width">The columns, ≥ 1.</param>
/// <param name="Height">The rows, ≥ 1.</param>
internal readonly record struct ReceptiveField(int X, int Y, int Width, int Height)
{
    /// <summary>Whether the windows of a layer can be followed down to pixels: the input is an image, and each layer up to it cuts the map of the one below.</summary>
    /// <param name="model">The network.</param>
    /// <param name="layer">The layer's index.</param>
    public static bool IsDefined(ModelSpec model, int layer) =>
        model.Backbone is null && model.Input is ImageInputSpec && Enumerable.Range(1, layer).All(i => model.Layers[i].Window is not null);

    /// <summary>
    /// The smallest rectangle that holds the pixels below a window: places of a map are followed down through windows, strides and paddings; what lies in the
    /// padding has no pixels. Places that no expert took are followed as well, though they are 0.
    /// </summary>
    /// <param name="model">The network; see <see cref="IsDefined"/>.</param>
    /// <param name="layer">The layer's index; 0 gives the patch itself.</param>
    /// <param name="patch">The window's index, row-major.</param>
    public static ReceptiveField Of(ModelSpec model, int layer, int patch)
    {
        EquatableArray<LayerShape> shapes = model.LayerShapes();
        var image = (ImageInputSpec)model.Input;
        (int row, int column) = (patch / shapes[layer].GridWidth, patch % shapes[layer].GridWidth);
        (int top, int bottom, int left, int right) = (row, row, column, column);
        for (int i = layer; i > 0; i--)
        {
            WindowSpec window = model.Layers[i].Window!;
            MapShape map = shapes[i].Below!;
            (top, bottom) = Below(top, bottom, window.StrideHeight, window.PaddingHeight, window.Height, map.Height);
            (left, right) = Below(left, right, window.StrideWidth, window.PaddingWidth, window.Width, map.Width);
        }

        (top, bottom) = Below(top, bottom, image.StrideHeight, 0, image.PatchHeight, image.Height);
        (left, right) = Below(left, right, image.StrideWidth, 0, image.PatchWidth, image.Width);
        return new ReceptiveField(left, top, right - left + 1, bottom - top + 1);
    }

    /// <summary>The places, along one axis, that the windows from <paramref name="first"/> to <paramref name="last"/> hold.</summary>
    private static (int First, int Last) Below(int first, int last, int stride, int padding, int window, int size) =>
        (Math.Max(0, (first * stride) - padding), Math.Min(size - 1, (last * stride) - padding + window - 1));
}
