using PatchMoE.Onnx.Graphs;

namespace PatchMoE.Onnx.Layers;

/// <summary>The places of chosen patches among the patches of all instances.</summary>
internal static class ChosenRows
{
    /// <summary>The chosen patches' rows of [N·n, d], int64 [k, N, l].</summary>
    public static string Of(LayerScope scope, Choice choice)
    {
        GraphWriter graph = scope.Graph;
        string instances = graph.Node("Shape", scope.Name("instances"), [choice.Scores], NodeAttribute.Int("start", 1), NodeAttribute.Int("end", 2));
        string patches = graph.Constant(scope.Name("first.patches"), [(long)scope.Sizes.Patches]);
        string end = graph.Node("Mul", scope.Name("first/end"), [graph.Node("Squeeze", scope.Name("instances/count"), [instances]), patches]);
        string first = graph.Node("Range", scope.Name("first"), [graph.Constant(scope.Name("first.zero"), [0L]), end, patches]);
        return graph.Node("Add", scope.Name("rows"), [choice.Chosen, graph.Reshape(scope.Name("first/column"), first, -1, 1)]);
    }
}
