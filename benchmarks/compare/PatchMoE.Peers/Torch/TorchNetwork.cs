using PatchMoE.Peers.Networks;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace PatchMoE.Peers.Torch;

/// <summary>
/// The network as a skilled TorchSharp user would write it: patches, routing, gates, head. A subclass implements how the chosen patches reach their experts; all compute the
/// same result, and which is fastest depends on the sizes. Scores are experts by patches, so that the best patches, their softmax and the gather run along contiguous values.
/// </summary>
internal abstract class TorchNetwork : TorchFormulation
{
    private readonly ComparedNetwork _network;
    private readonly Parameter _router;
    private readonly Parameter _head;
    private readonly Parameter _bias;

    /// <summary>The weights, [k, M, d].</summary>
    protected readonly Parameter _experts;

    protected TorchNetwork(ComparedNetwork network, string name)
        : base(name)
    {
        _network = network;
        _router = Weight(ComparedNetwork.RouterName);
        _experts = Weight(ComparedNetwork.ExpertsName);
        _head = Weight(ComparedNetwork.HeadName);
        _bias = new Parameter(tensor(network.Bias), network.IsTrained(ComparedNetwork.BiasName));
        RegisterComponents();

        Parameter Weight(string tensorName) => new(
            tensor(network.Weights[tensorName].Values, [.. network.Weights[tensorName].Shape.Select(size => (long)size)]), network.IsTrained(tensorName));
    }

    /// <summary>Whether gate values and activations meet in a batched product; otherwise in a product of elements and a sum.</summary>
    public bool WeighsByProduct { get; init; }

    /// <summary>B.</summary>
    protected long Batch => _network.Batch;

    /// <summary>n, d, k, l and M.</summary>
    protected LayerShape Sizes => _network.Shape;

    public override Tensor Gradient(string tensorName) => (tensorName switch
    {
        ComparedNetwork.RouterName => _router,
        ComparedNetwork.ExpertsName => _experts,
        ComparedNetwork.HeadName => _head,
        ComparedNetwork.BiasName => _bias,
        _ => throw new ArgumentException($"There is no weight {tensorName}.", nameof(tensorName)),
    }).grad!;

    /// <summary>The logits [B, C] of [B, H, W, C] or [B, n, d].</summary>
    public override Tensor forward(Tensor input)
    {
        Tensor patches = Cut(input);
        (Tensor index, Tensor? gates) = Route(patches);
        return addmm(_bias, Pool(patches, index, gates) / _network.Divisor, _head.t(), 1, 1);
    }

    /// <summary>The gated sums of the experts' neurons, [B, k·M].</summary>
    /// <param name="patches">[B·n, d].</param>
    /// <param name="index">The chosen patches within each sample, [k, B, l].</param>
    /// <param name="gates">Their gate values, [k, B, l]; null if all are 1.</param>
    protected abstract Tensor Pool(Tensor patches, Tensor index, Tensor? gates);

    /// <summary>The gated sums of activations that are expert by expert, as <see cref="Pool"/> returns them.</summary>
    /// <param name="hidden">[k, B·l, M].</param>
    /// <param name="gates">[k, B, l]; null if all are 1.</param>
    protected Tensor WeightedSum(Tensor hidden, Tensor? gates)
    {
        Tensor taken = hidden.view(-1, Sizes.PatchesPerExpert, Sizes.Neurons);
        return Weighted(taken, gates?.view(-1, Sizes.PatchesPerExpert)).view(Sizes.Experts, Batch, Sizes.Neurons).transpose(0, 1).reshape(Batch, Sizes.Outputs);
    }

    /// <summary>The gated sum of activations over the patches of each row, [R, M].</summary>
    /// <param name="hidden">[R, l, M].</param>
    /// <param name="gates">[R, l]; null if all are 1.</param>
    protected Tensor Weighted(Tensor hidden, Tensor? gates) => gates is null ? hidden.sum(1)
        : WeighsByProduct ? bmm(gates.unsqueeze(1), hidden).squeeze(1)
        : (hidden * gates.unsqueeze(2)).sum(1);

    /// <summary>The chosen patches' places among all B·n, [k, B, l].</summary>
    protected Tensor Rows(Tensor index) => index + (Sizes.Patches * arange(Batch)).view(1, Batch, 1);

    private Tensor Cut(Tensor input)
    {
        Tensor patches = _network.Grid is { } grid
            ? input.view(Batch, grid.Rows, grid.Height, grid.Columns, grid.RowLength).transpose(2, 3)
            : input;
        return patches.reshape(Batch * Sizes.Patches, Sizes.Dimension);
    }

    private (Tensor Index, Tensor? Gates) Route(Tensor patches)
    {
        Tensor scores = _router.mm(patches.t()).view(Sizes.Experts, Batch, Sizes.Patches);
        (Tensor best, Tensor index) = scores.topk(Sizes.PatchesPerExpert, sorted: false);
        return _network.Layer.Gate switch
        {
            Gate.None => (index, null),
            Gate.SoftmaxSelected => (index, best.softmax(-1)),
            Gate.SoftmaxAll => (index, scores.softmax(-1).gather(-1, index)),
            _ => (index, best.sigmoid()),
        };
    }
}
