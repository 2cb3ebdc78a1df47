using PatchMoE.Onnx.Graphs;

namespace PatchMoE.Onnx.Networks;

/// <summary>Cuts images into patches.</summary>
internal static class PatchGraph
{
    private const int Rows = 1;
    private const int Columns = 2;

    /// <summary>The patches of images [B, H, W, C], one row each, [B·n, d].</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="image">The sizes of image and patches.</param>
    /// <param name="pixels">The images.</param>
    /// <param name="name">The name of the patches, and the prefix of their nodes' names.</param>
    public static string Cut(GraphWriter graph, ImageInputSpec image, string pixels, string name = "patches")
    {
        (int height, int width, int channels) = (image.PatchHeight, image.PatchWidth, image.Channels);
        string windows = Disjoint(graph, $"{name}/rows", pixels, Rows, image.Height, height, image.StrideHeight, image.GridHeight);
        windows = Disjoint(graph, $"{name}/columns", windows, Columns, image.Width, width, image.StrideWidth, image.GridWidth);

        // The pixel rows of a patch follow each other if there is one of either.
        if (height > 1 && image.GridWidth > 1)
        {
            windows = graph.Transpose($"{name}/order", graph.Reshape($"{name}/windows", windows, -1, image.GridHeight, height, image.GridWidth, width * channels), 0, 1, 3, 2, 4);
        }

        return graph.Reshape(name, windows, -1, height * width * channels);
    }

    /// <summary>The windows of maps [B, rows · columns, channels], one row each, [B·n, d].</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="window">The window.</param>
    /// <param name="map">The map's sizes.</param>
    /// <param name="values">The maps.</param>
    /// <param name="name">The name of the windows, and the prefix of their nodes' names.</param>
    public static string Cut(GraphWriter graph, WindowSpec window, MapShape map, string values, string name)
    {
        (int above, int left) = (window.PaddingHeight, window.PaddingWidth);
        string grid = graph.Reshape($"{name}/grid", values, -1, map.Height, map.Width, map.Channels);
        if (above + left > 0)
        {
            grid = graph.Node("Pad", $"{name}/padded", [grid, graph.Constant($"{name}/padded.pads", [0L, above, left, 0, 0, above, left, 0], 8)]);
        }

        var image = new ImageInputSpec(
            map.Height + (2 * above), map.Width + (2 * left), map.Channels, window.Height, window.Width, window.StrideHeight, window.StrideWidth);
        return Cut(graph, image, grid, name);
    }

    /// <summary>An axis cut so that windows lie side by side: lines in several windows are repeated, lines in none are left out.</summary>
    private static string Disjoint(GraphWriter graph, string name, string value, int axis, int size, int window, int stride, int windows)
    {
        int length = windows * window;
        if (stride != window && windows > 1)
        {
            long[] lines = [.. Enumerable.Range(0, length).Select(line => (long)(line / window * stride) + (line % window))];
            return graph.Node("Gather", name, [value, graph.Constant($"{name}.lines", lines, length)], NodeAttribute.Int("axis", axis));
        }

        return size == length ? value : graph.Node(
            "Slice",
            name,
            [value, graph.Constant($"{name}.start", [0L], 1), graph.Constant($"{name}.end", [(long)length], 1), graph.Constant($"{name}.axis", [(long)axis], 1)]);
    }
}
