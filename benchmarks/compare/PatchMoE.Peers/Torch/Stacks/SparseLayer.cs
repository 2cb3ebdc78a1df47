using PatchMoE.Peers.Networks;
using static TorchSharp.torch;

namespace PatchMoE.Peers.Torch.Stacks;

/// <summary>
/// A layer whose experts choose their windows: the router's scores are a convolution, the best windows are its topk. A subclass implements how the chosen windows reach their experts; all
/// compute the same map.
/// </summary>
internal abstract class SparseLayer : StackLayer
{
    private readonly Filters _router;
    private readonly string _routerName;

    protected SparseLayer(ComparedNetwork network, int index, bool channelsLast)
        : base(network, index, channelsLast)
    {
        _routerName = $"layers.{index}.router.weight";
        _router = ReadFilters(_routerName);
        _router.Weight.requires_grad_(network.IsTrained(_routerName));
        register_parameter("router", _router.Weight);
    }

    /// <summary>B.</summary>
    protected long Batch => Network.Batch;

    public override Tensor? Gradient(string tensorName) => tensorName == _routerName ? _router.Gradient : base.Gradient(tensorName);

    public override Tensor forward(Tensor map)
    {
        Tensor scores = nn.functional.conv2d(map, _router.AsConvolution, strides: Stride, padding: Padding).reshape(Batch, Shape.Experts, Shape.Patches);
        (Tensor best, Tensor index) = scores.topk(Shape.PatchesPerExpert, sorted: false);
        Tensor gates = Spec.Gate switch
        {
            Gate.None => ones_like(best),
            Gate.SoftmaxSelected => best.softmax(-1),
            _ => best.sigmoid(),
        };
        return Taken(map, index, gates);
    }

    /// <summary>The layer's map: the gated activations of each expert at the places of its windows, 0 elsewhere, [B, k·M, rows, columns].</summary>
    /// <param name="map">The map below.</param>
    /// <param name="index">The chosen windows, [B, k, l].</param>
    /// <param name="gates">Their gate values, [B, k, l].</param>
    protected abstract Tensor Taken(Tensor map, Tensor index, Tensor gates);

    /// <summary>The map of activations of the chosen windows alone.</summary>
    /// <param name="windows">Expert by expert, [k, B·l, d].</param>
    /// <param name="weights">[k, M, d], in the same order of values.</param>
    /// <param name="index">[B, k, l].</param>
    /// <param name="gates">[B, k, l].</param>
    protected Tensor OfChosen(Tensor windows, Tensor weights, Tensor index, Tensor gates)
    {
        (long experts, long neurons) = (Shape.Experts, Shape.Neurons);
        Tensor hidden = (bmm(windows, weights.transpose(1, 2)) + ExpertsBias.view(experts, 1, neurons)).relu_() * ByExpert(gates).reshape(experts, -1, 1);

        // Each pair of a window and an expert has a row of its own.
        Tensor rows = ((Places(index) * experts) + arange(experts).view(experts, 1, 1)).view(-1);
        return zeros(Batch * Shape.Patches * experts, neurons).index_copy(0, rows, hidden.view(-1, neurons))
            .view(Batch, Shape.GridHeight, Shape.GridWidth, Shape.Outputs).permute(0, 3, 1, 2);
    }

    /// <summary>The chosen windows among all B·n, [k, B, l].</summary>
    protected Tensor Places(Tensor index) => ByExpert(index) + (Shape.Patches * arange(Batch)).view(1, Batch, 1);

    /// <summary>[B, k, l] → [k, B, l].</summary>
    protected static Tensor ByExpert(Tensor chosen) => chosen.transpose(0, 1).contiguous();
}
