using static TorchSharp.torch;

namespace PatchMoE.TorchSharp.Operations;

/// <summary>
/// One layer in operations of torch. Axes: N instances (samples, or their groups), n patches of d values, k experts of M neurons, m = k·M, l patches
/// per expert.
/// </summary>
/// <param name="model">The network.</param>
/// <param name="index">The layer's index.</param>
/// <param name="weight">The network's tensors, by their names.</param>
internal sealed class LayerOperations(ModelSpec model, int index, Func<string, Tensor> weight)
{
    private readonly LayerSpec _layer = model.Layers[index];
    private readonly LayerShape _shape = model.LayerShapes()[index];

    private readonly TokenChoiceOperations? _tokens =
        model.Layers[index].Choice is null ? null : new TokenChoiceOperations(model.Layers[index], model.LayerShapes()[index]);

    /// <summary>How it cuts the map below; null if it does not.</summary>
    public MapWindows? Windows { get; } = model.Layers[index].Window is { } window ? new MapWindows(window, model.LayerShapes()[index]) : null;

    /// <summary>The layer's sizes.</summary>
    public LayerShape Shape => _shape;

    /// <summary>[k, d].</summary>
    private Tensor Router => weight($"layers.{index}.router.weight");

    /// <summary>[k, M, d].</summary>
    private Tensor Experts => weight($"layers.{index}.experts.weight");

    /// <summary>[k, M], or null.</summary>
    private Tensor? Bias => _layer.Bias ? weight($"layers.{index}.experts.bias") : null;

    /// <summary>The layer's output y, or its map, and its auxiliary loss.</summary>
    /// <param name="x">[N, n, d].</param>
    /// <param name="lengths">Valid patches, int64 [N]; null if all are valid.</param>
    /// <returns>[N, m] or [N, n, m], experts in order; and a scalar, or null if the layer adds no loss.</returns>
    public (Tensor Output, Tensor? Auxiliary) Forward(Tensor x, Tensor? lengths) => Forward(x, lengths, _layer.Map);

    /// <summary>
    /// The layer's outputs before pooling, at the positions of their patches: G_{j,s}·ReLU(⟨v_{s,r}, x_j⟩ + b_{s,r}) where expert s sees patch j, else 0.
    /// Every patch is valid.
    /// </summary>
    /// <returns>[N, n, m], experts in order; and the auxiliary loss.</returns>
    public (Tensor Output, Tensor? Auxiliary) Map(Tensor x) => Forward(x, lengths: null, map: true);

    private (Tensor Output, Tensor? Auxiliary) Forward(Tensor x, Tensor? lengths, bool map)
    {
        x = WithoutPadding(x, lengths);
        return _layer.Routing switch
        {
            Routing.ExpertChoice => (map ? MapOfChosen(Scores(x), x, lengths) : OfChosen(Scores(x), x, lengths), null),
            Routing.Dense => (map ? MapOfAll(x, lengths) : MeanOfAll(x, lengths), null),
            Routing.Sample => (map ? MapOfAll(x, lengths) * Winner(x).unsqueeze(1) : MeanOfAll(x, lengths) * Winner(x), null),
            Routing.TokenChoice => _tokens!.Forward(x, Router, Experts, Bias, lengths, map),
            _ => throw new InvalidOperationException($"Unknown routing {_layer.Routing}."),
        };
    }

    /// <summary>Which patches each expert takes [N, k, l], −1 for none; for token choice the experts of each patch [N, n, t]; for sample routing the expert [N, 1, 1].</summary>
    /// <exception cref="ArgumentException">The layer is dense.</exception>
    public Tensor Route(Tensor x, Tensor? lengths)
    {
        x = WithoutPadding(x, lengths);
        return _layer.Routing switch
        {
            Routing.ExpertChoice => WithoutInvalid(Choose(Scores(x), lengths), lengths),
            Routing.Sample => Best(SampleScores(x)).unsqueeze(2),
            Routing.TokenChoice => ChosenExperts(x, lengths),
            _ => throw new ArgumentException("Layer 0 is dense: it has no routes."),
        };
    }

    private Tensor ChosenExperts(Tensor x, Tensor? lengths)
    {
        (Tensor experts, Tensor taken) = _tokens!.Choose(x.matmul(Router.t()), lengths);
        return experts.masked_fill(taken.logical_not(), -1);
    }

    /// <summary>Patches beyond the count become 0, so that they have no influence whatever they contain.</summary>
    private Tensor WithoutPadding(Tensor x, Tensor? lengths) =>
        lengths is null ? x : x.masked_fill(arange(_shape.Patches, device: x.device).reshape(1, -1, 1) >= Column(lengths), 0);

    /// <summary>g_{j,s} = ⟨w_s, x_j⟩, [N, k, n].</summary>
    private Tensor Scores(Tensor x) => x.matmul(Router.t()).transpose(1, 2);

    /// <summary>h_s = ⟨w_s, Σ_j x_j⟩, [N, k].</summary>
    private Tensor SampleScores(Tensor x) => x.sum(1).matmul(Router.t());

    /// <summary>The patches with the largest scores, best first, [N, k, l]; if fewer are valid, padded with invalid ones.</summary>
    private Tensor Choose(Tensor scores, Tensor? lengths)
    {
        Tensor valid = lengths is null
            ? scores.detach()
            : scores.detach().masked_fill(arange(_shape.Patches, device: scores.device).reshape(1, 1, -1) >= Column(lengths), double.NegativeInfinity);

        // A stable sort, because topk does not promise that ties go to the lower index.
        return valid.sort(2, descending: true, stable: true).Indices.narrow(2, 0, _shape.PatchesPerExpert);
    }

    private static Tensor WithoutInvalid(Tensor chosen, Tensor? lengths) => lengths is null ? chosen : chosen.masked_fill(chosen >= Column(lengths), -1);

    /// <summary>The first of the largest scores, [N, 1].</summary>
    private static Tensor Best(Tensor scores) => scores.detach().sort(1, descending: true, stable: true).Indices.narrow(1, 0, 1);

    /// <summary>y = (1/Z) Σ_{j∈J_s} G_{j,s} · ReLU(⟨v_{s,r}, x_j⟩ + b_{s,r}).</summary>
    private Tensor OfChosen(Tensor scores, Tensor x, Tensor? lengths)
    {
        Tensor gated = Gated(scores, Choose(scores, lengths), x, lengths);
        return Pooled(gated.sum(2).transpose(0, 1).reshape(x.shape[0], _shape.Outputs), lengths);
    }

    /// <summary>The gated activations at the positions of their patches, [N, n, m].</summary>
    private Tensor MapOfChosen(Tensor scores, Tensor x, Tensor? lengths)
    {
        Tensor chosen = Choose(scores, lengths);
        Tensor values = Gated(scores, chosen, x, lengths).permute(1, 2, 0, 3);
        Tensor places = chosen.transpose(1, 2).unsqueeze(3).expand(values.shape);
        Tensor nothing = zeros([x.shape[0], _shape.Patches, _shape.Experts, _shape.Neurons], x.dtype, x.device);
        return nothing.scatter(1, places, values).reshape(x.shape[0], _shape.Patches, _shape.Outputs);
    }

    /// <summary>G_{j,s} · ReLU(⟨v_{s,r}, x_j⟩ + b_{s,r}) of the chosen patches, [k, N, l, M].</summary>
    private Tensor Gated(Tensor scores, Tensor chosen, Tensor x, Tensor? lengths)
    {
        long instances = x.shape[0];
        Tensor gates = Gates.Of(_layer.Gate, scores, chosen, lengths is null ? null : Column(lengths)).transpose(0, 1).unsqueeze(3);

        // The chosen patches as rows, expert after expert: [k, N·l, d].
        Tensor places = chosen + (arange(instances, device: x.device) * _shape.Patches).reshape(-1, 1, 1);
        Tensor rows = x.reshape(-1, _shape.Dimension).index_select(0, places.transpose(0, 1).reshape(-1)).reshape(_shape.Experts, -1, _shape.Dimension);
        Tensor u = rows.bmm(Experts.transpose(1, 2));
        Tensor activations = (Bias is { } bias ? u + bias.unsqueeze(1) : u).relu().reshape(_shape.Experts, instances, _shape.PatchesPerExpert, _shape.Neurons);
        return activations * gates;
    }

    /// <summary>The mean of ReLU(⟨v_{s,r}, x_j⟩ + b_{s,r}) over the valid patches, for every expert, [N, m].</summary>
    private Tensor MeanOfAll(Tensor x, Tensor? lengths)
    {
        Tensor activations = MapOfAll(x, lengths);
        return lengths is null ? activations.mean([1]) : activations.sum(1) / lengths.clamp(min: 1).unsqueeze(1).to(x.dtype);
    }

    /// <summary>ReLU(⟨v_{s,r}, x_j⟩ + b_{s,r}) of every valid patch for every expert, [N, n, m]; 0 for the others.</summary>
    private Tensor MapOfAll(Tensor x, Tensor? lengths) => WithoutPadding(Activations(x), lengths);

    /// <summary>ReLU(⟨v_{s,r}, x_j⟩ + b_{s,r}) of every patch for every expert, [N, n, m].</summary>
    private Tensor Activations(Tensor x)
    {
        Tensor u = x.matmul(Experts.reshape(_shape.Outputs, _shape.Dimension).t());
        return (Bias is { } bias ? u + bias.reshape(-1) : u).relu();
    }

    /// <summary>softmax(h)_{s*} at the neurons of the winner s*, 0 at the others, [N, m].</summary>
    private Tensor Winner(Tensor x)
    {
        Tensor scores = SampleScores(x);
        return nn.functional.softmax(scores, 1).masked_fill(arange(_shape.Experts, device: x.device) != Best(scores), 0).repeat_interleave(_shape.Neurons, 1);
    }

    /// <summary>sum / Z, [N, m]; an instance without valid patches has sum 0 and Z = 1.</summary>
    private Tensor Pooled(Tensor sum, Tensor? lengths) => _layer.Pooling switch
    {
        Pooling.Selected when lengths is not null => sum / lengths.clamp(1, _shape.PatchesPerExpert).unsqueeze(1).to(sum.dtype),
        Pooling.Selected => sum / _shape.PatchesPerExpert,
        Pooling.All => sum / _shape.Patches,
        Pooling.Sum => sum,
        _ => throw new InvalidOperationException($"Unknown pooling {_layer.Pooling}."),
    };

    private static Tensor Column(Tensor lengths) => lengths.reshape(-1, 1, 1);
}
