using PatchMoE.Peers.Networks;
using PatchMoE.Peers.Torch.Stacks;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace PatchMoE.Peers.Torch;

/// <summary>
/// A stack of maps as a skilled TorchSharp user would write it: a dense layer is a convolution, a sparse one a module of <see cref="SparseLayer"/>. Maps are [B, channels, rows, columns],
/// contiguous or with channels innermost.
/// </summary>
internal sealed class TorchStack : TorchFormulation
{
    private readonly ComparedNetwork _network;
    private readonly bool _channelsLast;
    private readonly StackLayer[] _layers;
    private readonly Parameter _head;
    private readonly Parameter _bias;

    private TorchStack(ComparedNetwork network, bool channelsLast, Func<ComparedNetwork, int, bool, StackLayer> sparse)
        : base(nameof(TorchStack))
    {
        (_network, _channelsLast) = (network, channelsLast);
        _layers =
        [
            .. Enumerable.Range(0, network.Model.Layers.Count).Select(
                i => network.Model.Layers[i].Routing == Routing.Dense ? new DenseLayer(network, i, channelsLast) : sparse(network, i, channelsLast)),
        ];
        foreach (StackLayer layer in _layers)
        {
            register_module(layer.GetName(), layer);
        }

        _head = new Parameter(tensor(network.Weights[ComparedNetwork.HeadName].Values, [network.Model.Head.Outputs, network.Model.HeadInputs()]), network.IsTrained(ComparedNetwork.HeadName));
        _bias = new Parameter(tensor(network.Bias), network.IsTrained(ComparedNetwork.BiasName));
        RegisterComponents();
    }

    /// <summary>All formulations of a network.</summary>
    public static Dictionary<string, TorchFormulation> Formulations(ComparedNetwork network)
    {
        if (network.Model.Layers.All(layer => layer.Routing == Routing.Dense))
        {
            return new()
            {
                ["conv2d"] = new TorchStack(network, false, NoSparseLayer),
                ["conv2d, channels last"] = new TorchStack(network, true, NoSparseLayer),
            };
        }

        return new()
        {
            ["mask"] = new TorchStack(network, false, MaskedLayer.Create),
            ["mask, channels last"] = new TorchStack(network, true, MaskedLayer.Create),
            ["unfold+bmm"] = new TorchStack(network, false, UnfoldedLayer.Create),
            ["unfold+bmm, channels last"] = new TorchStack(network, true, UnfoldedLayer.Create),
            ["windows+bmm, channels last"] = new TorchStack(network, true, GatheredLayer.Create),
        };
    }

    public override Tensor Arrange(Tensor input)
    {
        Tensor map = input.permute(0, 3, 1, 2);
        return _channelsLast ? map : map.contiguous();
    }

    public override Tensor forward(Tensor input)
    {
        Tensor map = input;
        foreach (StackLayer layer in _layers)
        {
            map = layer.forward(map);
        }

        return addmm(_bias, map.permute(0, 2, 3, 1).reshape(_network.Batch, -1), _head.t(), 1, 1);
    }

    public override Tensor Gradient(string tensorName) => tensorName switch
    {
        ComparedNetwork.HeadName => _head.grad!,
        ComparedNetwork.BiasName => _bias.grad!,
        _ => _layers.Select(layer => layer.Gradient(tensorName)).First(gradient => gradient is not null)!,
    };

    private static StackLayer NoSparseLayer(ComparedNetwork network, int index, bool channelsLast) => throw new InvalidOperationException($"Layer {index} is dense.");
}
