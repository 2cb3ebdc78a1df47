using System.Globalization;
using PatchMoE.Onnx.Graphs;

namespace PatchMoE.Onnx.Layers;

/// <summary>A copy of rows and one product for each expert in turn, whose weights can be packed when the graph is loaded.</summary>
internal sealed class ExpertByExpert(LayerScope scope) : IFormulation
{
    private readonly GraphWriter _graph = scope.Graph;
    private readonly LayerShape _sizes = scope.Sizes;

    public string Sum(string rows, Choice choice)
    {
        string[] places = Split("rows", ChosenRows.Of(scope, choice));
        string[]? gates = choice.Gates is null
            ? null
            : Split("gates/column", _graph.Reshape(scope.Name("gates/column"), choice.Gates, _sizes.Experts, -1, _sizes.PatchesPerExpert, 1));
        string[] sums = [.. Enumerable.Range(0, _sizes.Experts).Select(s => OfExpert(s, rows, places[s], gates?[s]))];
        return _graph.Reshape(scope.Name("sum"), _graph.Node("Concat", scope.Name("sum/experts"), sums, NodeAttribute.Int("axis", 2)), -1, _sizes.Outputs);
    }

    /// <summary>[1, N, M].</summary>
    private string OfExpert(int expert, string rows, string places, string? gates)
    {
        (int neurons, int dimension) = (_sizes.Neurons, _sizes.Dimension);
        float[] transposed = Matrix.TransposedEach(scope.Neurons.Slice(expert * neurons * dimension, neurons * dimension), 1, neurons, dimension);
        string patches = _graph.Node("Gather", Part("chosen/patches", expert), [rows, places], NodeAttribute.Int("axis", 0));
        string weights = _graph.Constant(scope.Weight(Numbered("experts.weight", expert)), transposed, dimension, neurons);
        string products = _graph.Node("MatMul", Part("products", expert), [patches, weights]);
        if (scope.Layer.Bias)
        {
            string bias = _graph.Constant(scope.Weight(Numbered("experts.bias", expert)), scope.Bias.Slice(expert * neurons, neurons), neurons);
            products = _graph.Node("Add", Part("products/biased", expert), [products, bias]);
        }

        string activations = _graph.Node("Relu", Part("activations", expert), [products]);
        string gated = gates is null ? activations : _graph.Node("Mul", Part("gated", expert), [activations, gates]);
        return _graph.Sum(Part("sum", expert), gated, 2);
    }

    private string[] Split(string name, string values)
    {
        string[] parts = [.. Enumerable.Range(0, _sizes.Experts).Select(s => Part(name, s))];
        _graph.Node("Split", scope.Name($"{name}/split"), [values], parts, NodeAttribute.Int("axis", 0), NodeAttribute.Int("num_outputs", _sizes.Experts));
        return parts;
    }

    private string Part(string name, int expert) => scope.Name(Numbered(name, expert));

    private static string Numbered(string name, int expert) => string.Create(CultureInfo.InvariantCulture, $"{name}.{expert}");
}
