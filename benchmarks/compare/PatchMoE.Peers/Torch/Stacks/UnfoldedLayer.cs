using PatchMoE.Peers.Networks;
using static TorchSharp.torch;

namespace PatchMoE.Peers.Torch.Stacks;

/// <summary>All windows unfolded, the chosen ones copied as whole rows, then one batched product.</summary>
internal sealed class UnfoldedLayer(ComparedNetwork network, int index, bool channelsLast) : SparseLayer(network, index, channelsLast)
{
    public static StackLayer Create(ComparedNetwork network, int index, bool channelsLast) => new UnfoldedLayer(network, index, channelsLast);

    protected override Tensor Taken(Tensor map, Tensor index, Tensor gates)
    {
        Tensor windows = nn.functional.unfold(map, (Height, Width), (1, 1), (Padding[0], Padding[1]), (Stride[0], Stride[1])).transpose(1, 2).reshape(-1, Shape.Dimension);
        Tensor chosen = windows.index_select(0, Places(index).view(-1)).view(Shape.Experts, -1, Shape.Dimension);
        return OfChosen(chosen, Experts.AsConvolution.reshape(Shape.Experts, Shape.Neurons, Shape.Dimension), index, gates);
    }
}
