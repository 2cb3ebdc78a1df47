using PatchMoE.Peers.Networks;
using static TorchSharp.torch;

namespace PatchMoE.Peers.Torch.Stacks;

/// <summary>One convolution for all windows and all neurons; a mask of gate values keeps the chosen ones.</summary>
internal sealed class MaskedLayer(ComparedNetwork network, int index, bool channelsLast) : SparseLayer(network, index, channelsLast)
{
    public static StackLayer Create(ComparedNetwork network, int index, bool channelsLast) => new MaskedLayer(network, index, channelsLast);

    protected override Tensor Taken(Tensor map, Tensor index, Tensor gates)
    {
        Tensor mask = zeros(Batch, Shape.Experts, Shape.Patches).scatter(2, index, gates).view(Batch, Shape.Experts, 1, Shape.GridHeight, Shape.GridWidth);
        return (Activations(map).unflatten(1, [Shape.Experts, Shape.Neurons]) * mask).flatten(1, 2);
    }
}
