namespace PatchMoE.Reference;

/// <summary>
/// Cuts the map of the layer below, rows × columns × channels, into the patches of a layer: windows on a row-major grid, flattened in the order row, column,
/// channel. With padding 'same', a window's middle lies on the map, and what lies outside is 0.
/// </summary>
/// <param name="window">The window.</param>
/// <param name="shape">The sizes of the layer that cuts.</param>
internal sealed class MapWindows(WindowSpec window, LayerShape shape)
{
    private readonly MapShape _map = shape.Below!;

    /// <summary>The patches [n, d] of a map.</summary>
    /// <param name="map">[rows · columns, channels].</param>
    public double[,] Cut(double[,] map)
    {
        var x = new double[shape.Patches, shape.Dimension];
        ForEach((j, i, place, channel) => x[j, i] = map[place, channel]);
        return x;
    }

    /// <summary>The adjoint of <see cref="Cut"/>: each value of the map receives the sum over the windows that contain it.</summary>
    /// <param name="xGradient">[n, d].</param>
    /// <returns>[rows · columns, channels].</returns>
    public double[,] Add(double[,] xGradient)
    {
        var mapGradient = new double[_map.Height * _map.Width, _map.Channels];
        ForEach((j, i, place, channel) => mapGradient[place, channel] += xGradient[j, i]);
        return mapGradient;
    }

    /// <summary>
    /// The number of windows that a sequence of <paramref name="valid"/> patches has: with padding 'valid' those that lie within it, with 'same' those whose
    /// middle does. Only sequences are shorter than their map.
    /// </summary>
    public int Valid(int valid)
    {
        if (valid == _map.Height * _map.Width)
        {
            return shape.Patches;
        }

        int decisive = window.Padding == Padding.Same ? 0 : window.Height - 1;
        return Enumerable.Range(0, shape.Patches).Count(j => (j * window.StrideHeight) + decisive < valid);
    }

    /// <summary>Calls <paramref name="visit"/> (patch j, value i, place on the map, channel) for each value of each patch that lies on the map.</summary>
    private void ForEach(Action<int, int, int, int> visit)
    {
        for (int j = 0; j < shape.Patches; j++)
        {
            int top = (j / shape.GridWidth * window.StrideHeight) - window.PaddingHeight;
            int left = (j % shape.GridWidth * window.StrideWidth) - window.PaddingWidth;
            for (int i = 0; i < shape.Dimension; i++)
            {
                int row = top + (i / _map.Channels / window.Width);
                int column = left + (i / _map.Channels % window.Width);
                if (row >= 0 && row < _map.Height && column >= 0 && column < _map.Width)
                {
                    visit(j, i, (row * _map.Width) + column, i % _map.Channels);
                }
            }
        }
    }
}
