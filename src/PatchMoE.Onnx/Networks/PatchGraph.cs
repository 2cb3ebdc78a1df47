using PatchMoE.Onnx.Graphs;

namespace PatchMoE.Onnx.Networks;

/// <summary>Cuts images into patches.</summary>
internal static class PatchGraph
{
    private const int Rows = 1;
    private const int Columns = 2;

    /// <summary>The patches of images [B, H, W, C], one row each, [B·n, d].</summary>
    public static string Cut(GraphWriter graph, ImageInputSpec image, string pixels)
    {
        (int height, int width, int channels) = (image.PatchHeight, image.PatchWidth, image.Channels);
        string windows = Disjoint(graph, "patches/rows", pixels, Rows, image.Height, height, image.StrideHeight, image.GridHeight);
        windows = Disjoint(graph, "patches/columns", windows, Columns, image.Width, width, image.StrideWidth, image.GridWidth);

        // The pixel rows of a patch follow each other if there is one of either.
        if (height > 1 && image.GridWidth > 1)
        {
            windows = graph.Transpose("patches/order", graph.Reshape("patches/windows", windows, -1, image.GridHeight, height, image.GridWidth, width * channels), 0, 1, 3, 2, 4);
        }

        return graph.Reshape("patches", windows, -1, height * width * channels);
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
