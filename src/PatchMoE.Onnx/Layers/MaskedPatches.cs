using PatchMoE.Onnx.Graphs;

namespace PatchMoE.Onnx.Layers;

/// <summary>One product of all patches with all neurons; a mask of gate values keeps the chosen ones.</summary>
internal sealed class MaskedPatches(LayerScope scope) : IFormulation
{
    private readonly GraphWriter _graph = scope.Graph;
    private readonly LayerShape _sizes = scope.Sizes;

    public string Sum(string rows, Choice choice) => _graph.Reshape(scope.Name("sum"), _graph.Sum(scope.Name("sum/experts"), Map(rows, choice), 1), -1, _sizes.Outputs);

    /// <summary>The gated activations at the places of their patches, 0 elsewhere, [N, n, k, M].</summary>
    public string Map(string rows, Choice choice)
    {
        string shape = _graph.Node("Shape", scope.Name("scores/shape"), [choice.Scores]);
        string nothing = _graph.Node("ConstantOfShape", scope.Name("nothing"), [shape]);
        string mask = _graph.Node("ScatterElements", scope.Name("mask"), [nothing, choice.Chosen, choice.Gates ?? Ones(choice)], NodeAttribute.Int("axis", -1));
        string column = scope.ByPatch("mask/column", _graph.Transpose(scope.Name("mask/patches"), mask, 1, 2, 0), _sizes.Experts, 1);
        string activations = scope.ByPatch("activations/map", scope.AllActivations(rows), _sizes.Experts, _sizes.Neurons);
        return _graph.Node("Mul", scope.Name("gated"), [activations, column]);
    }

    /// <summary>1 for each chosen patch, [k, N, l].</summary>
    private string Ones(Choice choice)
    {
        string shape = _graph.Node("Shape", scope.Name("chosen/shape"), [choice.Chosen]);
        return _graph.Node("Expand", scope.Name("gates"), [_graph.Constant(scope.Name("gates.one"), [1f]), shape]);
    }
}
