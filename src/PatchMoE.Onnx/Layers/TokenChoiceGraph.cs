using PatchMoE.Onnx.Graphs;
using static Onnx.TensorProto.Types;

namespace PatchMoE.Onnx.Layers;

/// <summary>
/// Token choice: each patch takes the t experts with the largest scores, of which those drop it that are full. TopK puts the lower of two experts with equal scores
/// first. All experts compute all patches, and a mask of gate values keeps the chosen pairs: their number differs from batch to batch, which fixed shapes cannot follow.
/// </summary>
internal sealed class TokenChoiceGraph(LayerScope scope) : ILayerGraph
{
    private const int LastAxis = -1;

    private readonly GraphWriter _graph = scope.Graph;
    private readonly LayerShape _sizes = scope.Sizes;
    private readonly TokenChoiceSpec _choice = scope.Layer.Choice!;

    public LayerValues Pooled(string rows, ValidPatches? valid)
    {
        (string gated, string experts, string? taken) = Gated(rows, valid);
        string sum = _graph.Sum(scope.Name("sum/experts"), gated, 1);
        string output = scope.Layer.Pooling switch
        {
            Pooling.Selected => _graph.Node("Div", scope.Name("divided"), [sum, Taken(experts, taken)]),
            Pooling.All => _graph.Node("Div", scope.Name("divided"), [sum, _graph.Constant(scope.Name("divided.divisor"), [(float)_sizes.Patches])]),
            Pooling.Sum => sum,
            _ => throw new InvalidOperationException($"Unknown pooling {scope.Layer.Pooling}."),
        };
        return new LayerValues(_graph.Reshape(scope.Name("output"), output, -1, _sizes.Outputs), Routes(experts, taken));
    }

    public LayerValues Map(string rows, ValidPatches? valid)
    {
        (string gated, string experts, string? taken) = Gated(rows, valid);
        return new LayerValues(scope.ByPatch("output", gated, _sizes.Outputs), Routes(experts, taken));
    }

    /// <summary>The gated activations [N, n, k, M], 0 for pairs that are not taken; the chosen experts [N, n, t]; which of them took the patch, null if all did.</summary>
    private (string Gated, string Experts, string? Taken) Gated(string rows, ValidPatches? valid)
    {
        string scores = scope.ByPatch("scores/patches", scope.Scores(rows), _sizes.Experts);
        string activations = scope.ByPatch("activations/patches", scope.AllActivations(rows), _sizes.Outputs);
        if (valid is not null)
        {
            scores = scope.WithoutPadding("scores/valid", scores, valid);
            activations = scope.WithoutPadding("activations/valid", activations, valid);
        }

        (string best, string experts) = Top("top", scores, _choice.ExpertsPerPatch);
        string probabilities = _graph.Softmax(scope.Name("softmax"), scores);
        string gates = Gates(best, experts, probabilities);
        string? taken = _choice.CapacityFactor is not null ? Admitted(experts, probabilities, valid) : valid is null ? null : Valid(valid);
        if (taken is not null)
        {
            gates = _graph.Node("Where", scope.Name("gates/taken"), [taken, gates, _graph.Constant(scope.Name("gates/taken.zero"), [0f])]);
        }

        string column = scope.ByPatch("mask/column", Spread("mask", experts, gates), _sizes.Experts, 1);
        string byExpert = scope.ByPatch("activations/experts", activations, _sizes.Experts, _sizes.Neurons);
        return (_graph.Node("Mul", scope.Name("gated"), [byExpert, column]), experts, taken);
    }

    /// <summary>The gates of the t chosen experts, dropped ones among them, [N, n, t].</summary>
    private string Gates(string best, string experts, string probabilities) => scope.Layer.Gate switch
    {
        Gate.None => Ones("gates", experts),
        Gate.SoftmaxSelected => _graph.Softmax(scope.Name("gates"), best),
        Gate.SoftmaxAll => _graph.Node("GatherElements", scope.Name("gates"), [probabilities, experts], NodeAttribute.Int("axis", LastAxis)),
        Gate.Sigmoid => _graph.Node("Sigmoid", scope.Name("gates"), [best]),
        _ => throw new InvalidOperationException($"Unknown gate {scope.Layer.Gate}."),
    };

    /// <summary>
    /// Which pairs find room, bool [N, n, t]: a running sum counts the pairs of each expert rank by rank, within a rank in the order of priority. Pairs of a patch that is not valid
    /// count as none, and find none.
    /// </summary>
    private string Admitted(string experts, string probabilities, ValidPatches? valid)
    {
        (int t, int n, int k) = (_choice.ExpertsPerPatch, _sizes.Patches, _sizes.Experts);
        string pairs = _graph.Node(
            "OneHot",
            scope.Name("pairs/all"),
            [experts, _graph.Constant(scope.Name("pairs.depth"), [(long)k], 1), _graph.Constant(scope.Name("pairs.values"), [0L, 1L], 2)],
            NodeAttribute.Int("axis", LastAxis));
        if (valid is not null)
        {
            string mask = scope.ByPatch("pairs/valid/mask", valid.Below(scope.Name("pairs/valid/below"), n), 1, 1);
            pairs = _graph.Node("Where", scope.Name("pairs/valid"), [mask, pairs, _graph.Constant(scope.Name("pairs/valid.zero"), [0L])]);
        }

        string ranks = _graph.Transpose(scope.Name("pairs/ranks"), pairs, 0, 2, 1, 3);
        string? order = _choice.Priority == Priority.Score ? Order(probabilities, valid) : null;
        string sorted = order is null ? ranks : _graph.Node(
            "GatherElements", scope.Name("pairs/sorted"), [ranks, Along("pairs/order", order, ranks, k)], NodeAttribute.Int("axis", 2));
        string queue = _graph.Reshape(scope.Name("queue"), sorted, -1, (long)t * n, k);
        string places = _graph.Node("CumSum", scope.Name("queue/places"), [queue, _graph.Constant(scope.Name("queue/places.axis"), [1L])]);
        string place = _graph.Sum(scope.Name("places"), _graph.Node("Mul", scope.Name("queue/place"), [places, queue]), 2);

        string capacity = valid is null
            ? _graph.Constant(scope.Name("capacity"), [(long)_choice.Capacity(n, k)])
            : valid.Lookup(scope.Name("capacity"), [.. Enumerable.Range(0, n + 1).Select(patches => (long)_choice.Capacity(patches, k))]);
        string room = _graph.Node("LessOrEqual", scope.Name("places/room"), [place, capacity]);
        string asked = _graph.Node("Greater", scope.Name("places/asked"), [place, _graph.Constant(scope.Name("places/asked.zero"), [0L])]);
        string found = _graph.Reshape(scope.Name("found"), _graph.Node("And", scope.Name("places/found"), [room, asked]), -1, t, n);
        if (order is not null)
        {
            // ONNX scatters no truth values in every runtime, so they are numbers on the way back to their patches.
            string numbers = _graph.Node("Cast", scope.Name("found/numbers"), [found], NodeAttribute.Int("to", (long)DataType.Float));
            string back = _graph.Node(
                "ScatterElements", scope.Name("found/patches"), [numbers, Along("found/order", order, numbers, null), numbers], NodeAttribute.Int("axis", 2));
            found = _graph.Node("Greater", scope.Name("found/ordered"), [back, _graph.Constant(scope.Name("found/ordered.zero"), [0f])]);
        }

        return _graph.Transpose(scope.Name("taken"), found, 0, 2, 1);
    }

    /// <summary>The patches in the order in which their choices of one rank are taken, int64 [N, n]: the surest first, invalid ones last.</summary>
    private string Order(string probabilities, ValidPatches? valid)
    {
        string surest = _graph.Node(
            "ReduceMax", scope.Name("priority"), [probabilities, _graph.Constant(scope.Name("priority.axis"), [2L], 1)], NodeAttribute.Int("keepdims", 0));
        if (valid is not null)
        {
            string below = valid.Below(scope.Name("priority/below"), _sizes.Patches);
            surest = _graph.Node("Where", scope.Name("priority/valid"), [below, surest, _graph.Constant(scope.Name("priority/valid.none"), [-1f])]);
        }

        return Top("order", surest, _sizes.Patches).Indices;
    }

    /// <summary>Indices [N, n] in the shape of values [N, t, n] or [N, t, n, k].</summary>
    private string Along(string name, string order, string values, int? experts)
    {
        string row = experts is null
            ? _graph.Reshape(scope.Name($"{name}/row"), order, -1, 1, _sizes.Patches)
            : _graph.Reshape(scope.Name($"{name}/row"), order, -1, 1, _sizes.Patches, 1);
        return _graph.Node("Expand", scope.Name(name), [row, _graph.Node("Shape", scope.Name($"{name}/shape"), [values])]);
    }

    /// <summary>The number of patches that each expert took, but at least 1, float32 [N, k, 1].</summary>
    private string Taken(string experts, string? taken)
    {
        string numbers = taken is null ? Ones("taken/numbers", experts) : _graph.Node("Cast", scope.Name("taken/numbers"), [taken], NodeAttribute.Int("to", (long)DataType.Float));
        string count = _graph.Sum(scope.Name("taken/count"), Spread("taken/mask", experts, numbers), 1);
        string least = _graph.Node("Max", scope.Name("taken/least"), [count, _graph.Constant(scope.Name("taken/least.one"), [1f])]);
        return _graph.Reshape(scope.Name("taken/column"), least, -1, _sizes.Experts, 1);
    }

    private string Valid(ValidPatches valid)
    {
        string mask = scope.ByPatch("taken/valid", valid.Below(scope.Name("taken/below"), _sizes.Patches), 1);
        return _graph.Node("Expand", scope.Name("taken"), [mask, _graph.Constant(scope.Name("taken.shape"), [1L, 1L, _choice.ExpertsPerPatch], 3)]);
    }

    /// <summary>Values [N, n, t] at the places of their experts, 0 elsewhere, [N, n, k].</summary>
    private string Spread(string name, string experts, string values)
    {
        string shape = _graph.Node("Concat", scope.Name($"{name}/shape"), [Instances(name, experts), _graph.Constant(scope.Name($"{name}/shape.experts"), [(long)_sizes.Experts], 1)], NodeAttribute.Int("axis", 0));
        string nothing = _graph.Node("ConstantOfShape", scope.Name($"{name}/nothing"), [shape]);
        return _graph.Node("ScatterElements", scope.Name(name), [nothing, experts, values], NodeAttribute.Int("axis", LastAxis));
    }

    /// <summary>[N, n] of values [N, n, t].</summary>
    private string Instances(string name, string values) =>
        _graph.Node("Shape", scope.Name($"{name}/instances"), [values], NodeAttribute.Int("start", 0), NodeAttribute.Int("end", 2));

    private string Ones(string name, string experts)
    {
        string shape = _graph.Node("Shape", scope.Name($"{name}/shape.all"), [experts]);
        return _graph.Node("Expand", scope.Name(name), [_graph.Constant(scope.Name($"{name}.one"), [1f]), shape]);
    }

    private (string Values, string Indices) Top(string name, string values, int count)
    {
        (string best, string indices) = (scope.Name($"{name}/values"), scope.Name($"{name}/indices"));
        _graph.Node(
            "TopK",
            scope.Name(name),
            [values, _graph.Constant(scope.Name($"{name}.count"), [(long)count], 1)],
            [best, indices],
            NodeAttribute.Int("axis", LastAxis),
            NodeAttribute.Int("largest", 1),
            NodeAttribute.Int("sorted", 1));
        return (best, indices);
    }

    /// <summary>The experts of each patch, [N, n, t]; −1 for one that did not take it.</summary>
    private string Routes(string experts, string? taken) => taken is null
        ? experts
        : _graph.Node("Where", scope.Name("routes"), [taken, experts, _graph.Constant(scope.Name("routes.none"), [-1L])]);
}
