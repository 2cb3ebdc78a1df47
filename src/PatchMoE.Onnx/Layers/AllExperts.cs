using PatchMoE.Onnx.Graphs;

namespace PatchMoE.Onnx.Layers;

/// <summary>The chosen patches copied as whole rows, then one product in batches, one for each expert.</summary>
internal sealed class AllExperts(LayerScope scope) : IFormulation
{
    private readonly GraphWriter _graph = scope.Graph;
    private readonly LayerShape _sizes = scope.Sizes;

    public string Sum(string rows, Choice choice)
    {
        string places = _graph.Reshape(scope.Name("rows/experts"), ChosenRows.Of(scope, choice), _sizes.Experts, -1);
        string patches = _graph.Node("Gather", scope.Name("chosen/patches"), [rows, places], NodeAttribute.Int("axis", 0));
        string activations = ByInstance("activations/patches", Activations(patches), _sizes.Neurons);
        string gated = choice.Gates is null
            ? activations
            : _graph.Node("Mul", scope.Name("gated"), [activations, ByInstance("gates/column", choice.Gates, 1)]);
        string sum = _graph.Transpose(scope.Name("sum/instances"), _graph.Sum(scope.Name("sum/experts"), gated, 2), 1, 0, 2);
        return _graph.Reshape(scope.Name("sum"), sum, -1, _sizes.Outputs);
    }

    /// <summary>[k, N·l, M].</summary>
    private string Activations(string patches)
    {
        float[] transposed = Matrix.TransposedEach(scope.Neurons, _sizes.Experts, _sizes.Neurons, _sizes.Dimension);
        string weights = _graph.Constant(scope.Weight("experts.weight"), transposed, _sizes.Experts, _sizes.Dimension, _sizes.Neurons);
        string products = _graph.Node("MatMul", scope.Name("products"), [patches, weights]);
        if (scope.Layer.Bias)
        {
            string bias = _graph.Constant(scope.Weight("experts.bias"), scope.Bias, _sizes.Experts, 1, _sizes.Neurons);
            products = _graph.Node("Add", scope.Name("products/biased"), [products, bias]);
        }

        return _graph.Node("Relu", scope.Name("activations"), [products]);
    }

    /// <summary>Values as [k, N, l, width].</summary>
    private string ByInstance(string name, string values, int width) =>
        _graph.Reshape(scope.Name(name), values, _sizes.Experts, -1, _sizes.PatchesPerExpert, width);
}
