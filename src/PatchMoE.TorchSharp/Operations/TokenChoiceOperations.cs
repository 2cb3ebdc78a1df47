using static TorchSharp.torch;

namespace PatchMoE.TorchSharp.Operations;

/// <summary>Token choice in operations of torch. Axes as in <see cref="LayerOperations"/>; t experts per patch.</summary>
/// <param name="layer">The layer.</param>
/// <param name="shape">Its sizes.</param>
internal sealed class TokenChoiceOperations(LayerSpec layer, LayerShape shape)
{
    private readonly TokenChoiceSpec _choice = layer.Choice!;

    /// <summary>The experts of each patch, best first, int64 [N, n, t], and whether they took it, bool [N, n, t]; none takes an invalid patch.</summary>
    /// <param name="scores">s_{j,e} [N, n, k].</param>
    /// <param name="lengths">Valid patches, int64 [N]; null if all are valid.</param>
    public (Tensor Experts, Tensor Taken) Choose(Tensor scores, Tensor? lengths)
    {
        // A stable sort, because topk does not promise that ties go to the lower index.
        Tensor experts = scores.detach().sort(2, descending: true, stable: true).Indices.narrow(2, 0, _choice.ExpertsPerPatch);
        Tensor valid = Valid(scores, lengths).expand(experts.shape);
        return (experts, _choice.CapacityFactor is null ? valid : Admitted(scores.detach(), experts, valid, lengths));
    }

    /// <summary>The layer's output y [N, m] or its map [N, n, m], and the auxiliary loss, a scalar, or null.</summary>
    /// <param name="x">[N, n, d]; 0 where a patch is not valid.</param>
    /// <param name="router">[k, d].</param>
    /// <param name="neurons">[k, M, d].</param>
    /// <param name="bias">[k, M], or null.</param>
    /// <param name="lengths">Valid patches, int64 [N]; null if all are valid.</param>
    /// <param name="map">Whether the map is wanted.</param>
    public (Tensor Output, Tensor? Auxiliary) Forward(Tensor x, Tensor router, Tensor neurons, Tensor? bias, Tensor? lengths, bool map)
    {
        Tensor scores = x.matmul(router.t());
        (Tensor experts, Tensor taken) = Choose(scores, lengths);
        Tensor none = zeros_like(scores);
        Tensor gates = none.scatter(2, experts, Gates(scores, experts).masked_fill(taken.logical_not(), 0)).reshape(-1, shape.Experts);
        Tensor takenBy = none.scatter(2, experts, taken.to(scores.dtype)).reshape(-1, shape.Experts);
        Tensor rows = x.reshape(-1, shape.Dimension);
        Tensor output = cat(Enumerable.Range(0, shape.Experts).Select(e => OfExpert(rows, takenBy.select(1, e), gates.select(1, e), neurons[e], bias?[e], map)).ToArray(), 1);
        Tensor result = map ? output.reshape(-1, shape.Patches, shape.Outputs) : Pooled(output, takenBy);
        return (result, _choice.HasAuxiliaryLoss ? Auxiliary(scores, experts, Valid(scores, lengths)) : null);
    }

    /// <summary>One expert on the patches it took: G·ReLU(⟨v, x⟩ + b) at the places of the patches [N·n, M], or added up [N, M].</summary>
    private Tensor OfExpert(Tensor rows, Tensor taken, Tensor gates, Tensor neurons, Tensor? bias, bool map)
    {
        Tensor patches = taken.nonzero().reshape(-1);
        Tensor u = nn.functional.linear(rows.index_select(0, patches), neurons, bias);
        Tensor values = u.relu() * gates.index_select(0, patches).unsqueeze(1);
        long places = map ? rows.shape[0] : rows.shape[0] / shape.Patches;
        return zeros([places, shape.Neurons], values.dtype, values.device).index_add(0, map ? patches : patches.div(shape.Patches, RoundingMode.floor), values, 1);
    }

    /// <summary>The gates of the t chosen experts, dropped ones among them, [N, n, t].</summary>
    private Tensor Gates(Tensor scores, Tensor experts)
    {
        Tensor chosen = scores.gather(2, experts);
        return layer.Gate switch
        {
            Gate.None => ones_like(chosen),
            Gate.SoftmaxSelected => nn.functional.softmax(chosen, 2),
            Gate.SoftmaxAll => nn.functional.softmax(scores, 2).gather(2, experts),
            Gate.Sigmoid => chosen.sigmoid(),
            _ => throw new InvalidOperationException($"Unknown gate {layer.Gate}."),
        };
    }

    /// <summary>sum / Z; an expert that took nothing has sum 0 and Z = 1.</summary>
    private Tensor Pooled(Tensor sum, Tensor takenBy) => layer.Pooling switch
    {
        Pooling.Selected => sum / takenBy.reshape(-1, shape.Patches, shape.Experts).sum(1).clamp(min: 1).repeat_interleave(shape.Neurons, 1),
        Pooling.All => sum / shape.Patches,
        Pooling.Sum => sum,
        _ => throw new InvalidOperationException($"Unknown pooling {layer.Pooling}."),
    };

    /// <summary>Which pairs find room: the pairs of each expert are counted rank by rank, within a rank in the order of priority.</summary>
    private Tensor Admitted(Tensor scores, Tensor experts, Tensor valid, Tensor? lengths)
    {
        // [N, t, n]: the ranks one after another, their patches in order.
        Tensor order = Order(scores, valid).unsqueeze(1).expand(-1, _choice.ExpertsPerPatch, -1);
        Tensor asked = experts.transpose(1, 2).gather(2, order);
        Tensor counts = valid.transpose(1, 2).gather(2, order);
        Tensor pairs = nn.functional.one_hot(asked, shape.Experts).mul(counts.unsqueeze(3)).reshape(scores.shape[0], -1, shape.Experts);
        Tensor places = pairs.cumsum(1).reshape(scores.shape[0], _choice.ExpertsPerPatch, shape.Patches, shape.Experts).gather(3, asked.unsqueeze(3)).squeeze(3);
        Tensor found = (places <= Capacity(scores, lengths)).logical_and(counts);
        return zeros_like(found).scatter(2, order, found).transpose(1, 2);
    }

    /// <summary>The patches in the order in which their choices of one rank are taken, int64 [N, n].</summary>
    private Tensor Order(Tensor scores, Tensor valid)
    {
        Tensor priority = _choice.Priority == Priority.Score
            ? nn.functional.softmax(scores, 2).amax([2])
            : zeros(scores.shape[0], shape.Patches, scores.dtype, scores.device);
        return priority.masked_fill(valid.select(2, 0).logical_not(), -1).sort(1, descending: true, stable: true).Indices;
    }

    /// <summary>The patches that an expert takes at most, int64 [N or 1, 1, 1].</summary>
    private Tensor Capacity(Tensor scores, Tensor? lengths)
    {
        long[] capacities = [.. Enumerable.Range(0, shape.Patches + 1).Select(patches => (long)_choice.Capacity(patches, shape.Experts))];
        Tensor byLength = tensor(capacities, device: scores.device);
        return (lengths is null ? byLength.narrow(0, shape.Patches, 1) : byLength.index_select(0, lengths)).reshape(-1, 1, 1);
    }

    /// <summary>bool [N, n, 1].</summary>
    private Tensor Valid(Tensor scores, Tensor? lengths) => lengths is null
        ? ones([scores.shape[0], shape.Patches, 1], ScalarType.Bool, scores.device)
        : (arange(shape.Patches, device: scores.device).reshape(1, -1, 1) < lengths.reshape(-1, 1, 1));

    /// <summary>The balance loss and the z loss over the valid patches of the batch.</summary>
    private Tensor Auxiliary(Tensor scores, Tensor experts, Tensor valid)
    {
        Tensor invalid = valid.logical_not();
        Tensor count = valid.to(scores.dtype).sum().clamp(min: 1);
        Tensor importance = nn.functional.softmax(scores, 2).masked_fill(invalid, 0).sum([0, 1]);
        Tensor squares = scores.logsumexp(2, keepdim: true).square().masked_fill(invalid, 0).sum();
        Tensor zLoss = squares / count * _choice.ZLoss;
        switch (_choice.Balance)
        {
            case null:
                return zLoss;
            case { Kind: BalanceKind.Switch } balance:
                Tensor choices = nn.functional.one_hot(experts, shape.Experts).sum(2).mul(valid).sum([0, 1]).to(scores.dtype);
                return zLoss + ((choices * importance).sum() / count.square() * (balance.Weight * shape.Experts / _choice.ExpertsPerPatch));
            case { Kind: BalanceKind.Importance } balance:
                // The mean is N/k whatever the scores are.
                Tensor mean = count / shape.Experts;
                Tensor deviations = (importance - mean) * valid.any();
                return zLoss + (deviations.square().mean() / mean.square() * balance.Weight);
            default:
                throw new InvalidOperationException($"Unknown balance loss {_choice.Balance.Kind}.");
        }
    }
}
