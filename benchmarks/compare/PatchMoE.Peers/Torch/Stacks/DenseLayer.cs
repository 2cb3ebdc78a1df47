using PatchMoE.Peers.Networks;
using static TorchSharp.torch;

namespace PatchMoE.Peers.Torch.Stacks;

/// <summary>A dense layer: a convolution.</summary>
internal sealed class DenseLayer(ComparedNetwork network, int index, bool channelsLast) : StackLayer(network, index, channelsLast)
{
    public override Tensor forward(Tensor map) => Activations(map);
}
