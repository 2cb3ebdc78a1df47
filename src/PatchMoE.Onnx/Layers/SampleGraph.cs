using PatchMoE.Onnx.Graphs;

namespace PatchMoE.Onnx.Layers;

/// <summary>
/// The conventional mixture of experts: h_s = ⟨w_s, Σ_j x_j⟩. Only the best expert computes, from a copy of its weights for each instance; its result is multiplied by
/// its softmax probability.
/// </summary>
internal sealed class SampleGraph(LayerScope scope) : ILayerGraph
{
    private readonly GraphWriter _graph = scope.Graph;
    private readonly LayerShape _sizes = scope.Sizes;

    public LayerValues Pooled(string rows, ValidPatches? valid)
    {
        string patches = Patches(rows, valid);
        (string expert, string gates, string routes) = Route(patches);
        string mean = scope.MeanOfValid("mean", Activations(patches, expert), valid);

        // [N, M] into the place of the expert.
        string row = _graph.Reshape(scope.Name("mean/row"), mean, -1, 1, _sizes.Neurons);
        string placed = _graph.Node("Mul", scope.Name("placed"), [row, _graph.Reshape(scope.Name("gates/column"), gates, -1, _sizes.Experts, 1)]);
        return new LayerValues(_graph.Reshape(scope.Name("output"), placed, -1, _sizes.Outputs), routes);
    }

    public LayerValues Map(string rows, ValidPatches? valid)
    {
        string patches = Patches(rows, valid);
        (string expert, string gates, string routes) = Route(patches);
        string row = scope.ByPatch("activations/row", Activations(patches, expert), 1, _sizes.Neurons);
        string placed = _graph.Node("Mul", scope.Name("placed"), [row, _graph.Reshape(scope.Name("gates/column"), gates, -1, 1, _sizes.Experts, 1)]);
        string map = scope.ByPatch("output", placed, _sizes.Outputs);
        return new LayerValues(valid is null ? map : scope.WithoutPadding("output/valid", map, valid), routes);
    }

    /// <summary>[N, n, d], 0 where a patch is not valid.</summary>
    private string Patches(string rows, ValidPatches? valid)
    {
        string patches = scope.ByPatch("patches", rows, _sizes.Dimension);
        return valid is null ? patches : scope.WithoutPadding("patches/valid", patches, valid);
    }

    /// <summary>The expert of each instance [N], its probability at its place [N, k], and the expert as a route [N, 1, 1].</summary>
    private (string Expert, string Gates, string Routes) Route(string patches)
    {
        string scores = scope.Scores(_graph.Sum(scope.Name("patches/sum"), patches, 1));

        // The first of equal scores.
        string expert = _graph.Node("ArgMax", scope.Name("expert"), [scores], NodeAttribute.Int("axis", 1), NodeAttribute.Int("keepdims", 0));
        string depth = _graph.Constant(scope.Name("chosen.depth"), [(long)_sizes.Experts], 1);
        string chosen = _graph.Node("OneHot", scope.Name("chosen"), [expert, depth, _graph.Constant(scope.Name("chosen.values"), [0f, 1f], 2)], NodeAttribute.Int("axis", 1));
        string gates = _graph.Node("Mul", scope.Name("gates"), [_graph.Softmax(scope.Name("probabilities"), scores), chosen]);
        return (expert, gates, _graph.Reshape(scope.Name("routes"), expert, -1, 1, 1));
    }

    /// <summary>The activations of each instance's expert, [N, n, M].</summary>
    private string Activations(string patches, string expert)
    {
        float[] transposed = Matrix.TransposedEach(scope.Neurons, _sizes.Experts, _sizes.Neurons, _sizes.Dimension);
        string all = _graph.Constant(scope.Weight("experts.weight"), transposed, _sizes.Experts, _sizes.Dimension, _sizes.Neurons);
        string products = _graph.Node("MatMul", scope.Name("products"), [patches, _graph.Node("Gather", scope.Name("expert/weight"), [all, expert])]);
        if (scope.Layer.Bias)
        {
            string biases = _graph.Constant(scope.Weight("experts.bias"), scope.Bias, _sizes.Experts, 1, _sizes.Neurons);
            products = _graph.Node("Add", scope.Name("products/biased"), [products, _graph.Node("Gather", scope.Name("expert/bias"), [biases, expert])]);
        }

        return _graph.Node("Relu", scope.Name("activations"), [products]);
    }
}
