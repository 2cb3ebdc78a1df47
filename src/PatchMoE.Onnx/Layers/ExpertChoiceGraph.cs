using PatchMoE.Onnx.Graphs;
using static Onnx.TensorProto.Types;

namespace PatchMoE.Onnx.Layers;

/// <summary>
/// The paper's routing: each expert takes the l valid patches with the largest scores g_{j,s} = ⟨w_s, x_j⟩. TopK puts the lower of two indices with equal scores first,
/// by its definition in ONNX.
/// </summary>
internal sealed class ExpertChoiceGraph(LayerScope scope) : ILayerGraph
{
    private const int LastAxis = -1;

    private readonly GraphWriter _graph = scope.Graph;
    private readonly LayerShape _sizes = scope.Sizes;

    public LayerValues Pooled(string rows, ValidPatches? valid)
    {
        Choice choice = Choose(rows, valid);
        if (valid is null)
        {
            return new LayerValues(Divided(Formulation.Of(scope).Sum(rows, choice)), Routes(choice.Chosen));
        }

        // A rank beyond the valid patches is not taken. It reads patch 0 with gate 0; without any valid patch that is padding, but then the output is 0 in any case.
        string taken = valid.Below(scope.Name("taken"), _sizes.PatchesPerExpert);
        string routes = Where("chosen/taken", taken, choice.Chosen, _graph.Constant(scope.Name("chosen/taken.none"), [-1L]));
        Choice masked = choice with
        {
            Chosen = Where("chosen/read", taken, choice.Chosen, _graph.Constant(scope.Name("chosen/read.first"), [0L])),
            Gates = choice.Gates is { } gates ? Where("gates/taken", taken, gates, _graph.Constant(scope.Name("gates/taken.zero"), [0f])) : Ones(routes),
        };
        string sum = Formulation.OfRows(scope).Sum(rows, masked);
        string output = Layer.Pooling == Pooling.Selected
            ? _graph.Node("Div", scope.Name("output/divided"), [sum, valid.Taken(scope.Name("taken/count"), _sizes.PatchesPerExpert)])
            : Divided(sum, "output/divided");
        string filled = Where("output", valid.Below(scope.Name("output/any"), 1), output, _graph.Constant(scope.Name("output.zero"), [0f]));
        return new LayerValues(filled, Routes(routes));
    }

    public LayerValues Map(string rows, ValidPatches? valid)
    {
        Choice choice = Choose(rows, valid);
        if (valid is null)
        {
            return new LayerValues(Map(rows, choice), Routes(choice.Chosen));
        }

        // Patches that are not valid are chosen last, and their rows of the map become 0 whatever they contain.
        string taken = valid.Below(scope.Name("taken"), _sizes.PatchesPerExpert);
        string routes = Where("chosen/taken", taken, choice.Chosen, _graph.Constant(scope.Name("chosen/taken.none"), [-1L]));
        return new LayerValues(scope.WithoutPadding("output/valid", Map(rows, choice), valid), Routes(routes));
    }

    private string Map(string rows, Choice choice) => scope.ByPatch("output", new MaskedPatches(scope).Map(rows, choice), _sizes.Outputs);

    private LayerSpec Layer => scope.Layer;

    private Choice Choose(string rows, ValidPatches? valid)
    {
        string scores = Scores(rows, valid);
        (string best, string chosen) = (scope.Name("chosen/scores"), scope.Name("chosen"));
        _graph.Node(
            "TopK",
            scope.Name("top"),
            [scores, _graph.Constant(scope.Name("top.count"), [(long)_sizes.PatchesPerExpert], 1)],
            [best, chosen],
            NodeAttribute.Int("axis", LastAxis),
            NodeAttribute.Int("largest", 1),
            NodeAttribute.Int("sorted", 1));
        return new Choice(scores, chosen, Gates(scores, best, chosen));
    }

    /// <summary>[k, N, n]; −∞ for a patch that is not valid.</summary>
    private string Scores(string rows, ValidPatches? valid)
    {
        string scores = _graph.Transpose(scope.Name("scores/experts"), scope.ByPatch("scores/patches", scope.Scores(rows), _sizes.Experts), 2, 0, 1);
        return valid is null
            ? scores
            : Where("scores/valid", valid.Below(scope.Name("scores/below"), _sizes.Patches), scores, _graph.Constant(scope.Name("scores/valid.none"), [float.NegativeInfinity]));
    }

    /// <summary>G of the chosen patches, [k, N, l]; null if all are 1.</summary>
    private string? Gates(string scores, string best, string chosen) => Layer.Gate switch
    {
        Gate.None => null,
        Gate.SoftmaxSelected => _graph.Softmax(scope.Name("gates"), best),
        Gate.SoftmaxAll => _graph.Node(
            "GatherElements", scope.Name("gates"), [_graph.Softmax(scope.Name("softmax"), scores), chosen], NodeAttribute.Int("axis", LastAxis)),
        Gate.Sigmoid => _graph.Node("Sigmoid", scope.Name("gates"), [best]),
        _ => throw new InvalidOperationException($"Unknown gate {Layer.Gate}."),
    };

    /// <summary>1 for each route, 0 where there is none, [k, N, l].</summary>
    private string Ones(string routes)
    {
        string some = _graph.Node("Greater", scope.Name("gates/some"), [routes, _graph.Constant(scope.Name("gates/some.none"), [-1L])]);
        return _graph.Node("Cast", scope.Name("gates"), [some], NodeAttribute.Int("to", (long)DataType.Float));
    }

    private string Where(string name, string condition, string value, string otherwise) => _graph.Node("Where", scope.Name(name), [condition, value, otherwise]);

    private string Routes(string chosen) => _graph.Transpose(scope.Name("routes"), chosen, 1, 0, 2);

    private string Divided(string sum, string name = "output")
    {
        int divisor = Layer.Pooling switch
        {
            Pooling.Selected => _sizes.PatchesPerExpert,
            Pooling.All => _sizes.Patches,
            Pooling.Sum => 1,
            _ => throw new InvalidOperationException($"Unknown pooling {Layer.Pooling}."),
        };
        return divisor == 1 ? sum : _graph.Node("Div", scope.Name(name), [sum, _graph.Constant(scope.Name($"{name}.divisor"), [(float)divisor])]);
    }
}
