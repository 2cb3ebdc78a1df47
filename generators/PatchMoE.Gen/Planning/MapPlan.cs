namespace PatchMoE.Gen.Planning;

/// <summary>
/// How the map that a layer gives lies in a sample's scratch: [rows, columns, m] on the grid of the layer's patches, with a border of zeros where the layer above pads. So
/// every window of the layer above is read where it lies, as patches of an image are, and no window is unfolded.
/// </summary>
/// <param name="Rows">Rows of the layer's grid of patches.</param>
/// <param name="Columns">Its columns; 1 for a sequence.</param>
/// <param name="Channels">m, the values at each place.</param>
/// <param name="BorderRows">Rows of zeros above and below.</param>
/// <param name="BorderColumns">Columns of zeros on the left and on the right.</param>
internal sealed record MapPlan(int Rows, int Columns, int Channels, int BorderRows, int BorderColumns)
{
    /// <summary>The map of a layer, for the windows of the layer above; without one the head reads it.</summary>
    public static MapPlan Of(LayerShape shape, WindowSpec? above) =>
        new(shape.GridHeight, shape.GridWidth, shape.Outputs, above?.PaddingHeight ?? 0, above?.PaddingWidth ?? 0);

    /// <summary>Rows with the border.</summary>
    public int AllRows => Rows + (2 * BorderRows);

    /// <summary>Columns with the border.</summary>
    public int AllColumns => Columns + (2 * BorderColumns);

    public bool HasBorder => BorderRows + BorderColumns > 0;

    /// <summary>Values from a row to the next.</summary>
    public int RowStep => AllColumns * Channels;

    /// <summary>Where the first place lies.</summary>
    public int First => (BorderRows * RowStep) + (BorderColumns * Channels);

    /// <summary>Its values with the border.</summary>
    public int Floats => AllRows * RowStep;

    /// <summary>What it is to the windows of the layer above: with its border, an image of m channels.</summary>
    public ImageInputSpec AsImage(WindowSpec window) => new(AllRows, AllColumns, Channels, window.Height, window.Width, window.StrideHeight, window.StrideWidth);
}
