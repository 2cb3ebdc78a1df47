using static TorchSharp.torch;

namespace PatchMoE.TorchSharp.Operations;

/// <summary>Cuts the map of the layer below into the patches of a layer.</summary>
/// <param name="window">The window.</param>
/// <param name="shape">The sizes of the layer that cuts.</param>
internal sealed class MapWindows(WindowSpec window, LayerShape shape)
{
    private readonly MapShape _map = shape.Below!;

    /// <summary>[B, rows · columns, channels] → [B, n, d]; a window flattens in the order row, column, channel.</summary>
    public Tensor Cut(Tensor map)
    {
        Tensor grid = map.reshape(-1, _map.Height, _map.Width, _map.Channels);
        if (window.PaddingHeight + window.PaddingWidth > 0)
        {
            grid = nn.functional.pad(grid, [0, 0, window.PaddingWidth, window.PaddingWidth, window.PaddingHeight, window.PaddingHeight]);
        }

        Tensor windows = grid.unfold(1, window.Height, window.StrideHeight).unfold(2, window.Width, window.StrideWidth).permute(0, 1, 2, 4, 5, 3);
        return windows.reshape(-1, shape.Patches, shape.Dimension);
    }

    /// <summary>The windows of shorter sequences: those within it, or with padding those whose middle is, int64 [B].</summary>
    /// <param name="lengths">The valid patches of the map, int64 [B]; null if all are valid.</param>
    public Tensor? Valid(Tensor? lengths)
    {
        int last = window.Padding == Padding.Same ? 0 : window.Height - 1;
        return lengths is null ? null : (lengths - last + (window.StrideHeight - 1)).div(window.StrideHeight, RoundingMode.floor).clamp(min: 0);
    }
}
