using PatchMoE.Onnx.Graphs;
using static Onnx.TensorProto.Types;

namespace PatchMoE.Onnx.Layers;

/// <summary>What follows from the counts of valid patches of a layer's N instances.</summary>
/// <param name="graph">The graph.</param>
/// <param name="lengths">The counts, int64 [N, 1].</param>
internal sealed class ValidPatches(GraphWriter graph, string lengths)
{
    /// <summary>Which of the first indices are below the count, bool [N, count]: valid patches, or ranks that are taken.</summary>
    /// <param name="name">The node's name.</param>
    /// <param name="count">The number of indices.</param>
    public string Below(string name, int count)
    {
        long[] indices = [.. Enumerable.Range(0, count).Select(index => (long)index)];
        return graph.Node("Less", name, [graph.Constant($"{name}.index", indices, count), lengths]);
    }

    /// <summary>The counts of the layer above: all patches up to the last that itself has a valid patch; what follows is padding.</summary>
    /// <param name="name">The nodes' name.</param>
    /// <param name="patches">n of the layer above.</param>
    public ValidPatches Above(string name, int patches)
    {
        string groups = graph.Reshape($"{name}/groups", lengths, -1, patches);
        string filled = graph.Node("Greater", $"{name}/filled", [groups, graph.Constant($"{name}.zero", [0L])]);
        long[] places = [.. Enumerable.Range(1, patches).Select(place => (long)place)];
        string last = graph.Node("Where", $"{name}/places", [filled, graph.Constant($"{name}.place", places, patches), $"{name}.zero"]);
        return new ValidPatches(graph, graph.Node("ReduceMax", name, [last, graph.Constant($"{name}.axis", [1L], 1)], NodeAttribute.Int("keepdims", 1)));
    }

    /// <summary>The number of patches that an expert takes, but at least 1, float32 [N, 1].</summary>
    /// <param name="name">The node's name.</param>
    /// <param name="most">The most that it takes.</param>
    public string Taken(string name, int most)
    {
        string taken = graph.Node("Clip", $"{name}/clip", [lengths, graph.Constant($"{name}/clip.least", [1L]), graph.Constant($"{name}/clip.most", [(long)most])]);
        return graph.Node("Cast", name, [taken], NodeAttribute.Int("to", (long)DataType.Float));
    }

    /// <summary>A number for each count, int64 [N, 1].</summary>
    /// <param name="name">The node's name.</param>
    /// <param name="table">The numbers for counts from 0.</param>
    public string Lookup(string name, long[] table) => graph.Node("Gather", name, [graph.Constant($"{name}.table", table, table.Length), lengths]);

    /// <summary>The valid windows of sequences of these counts: those within the sequence, or with padding those whose middle is.</summary>
    /// <param name="name">The prefix of the nodes' names.</param>
    /// <param name="window">The window.</param>
    /// <param name="patches">The length of the sequence.</param>
    public ValidPatches OfWindows(string name, WindowSpec window, int patches)
    {
        int last = window.Padding == Padding.Same ? 0 : window.Height - 1;
        return new ValidPatches(graph, Lookup(name, [.. Enumerable.Range(0, patches + 1).Select(count => (Math.Max(0L, count - last) + window.StrideHeight - 1) / window.StrideHeight)]));
    }
}
