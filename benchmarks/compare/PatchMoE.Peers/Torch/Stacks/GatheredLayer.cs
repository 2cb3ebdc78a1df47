using PatchMoE.Peers.Networks;
using static TorchSharp.torch;

namespace PatchMoE.Peers.Torch.Stacks;

/// <summary>The chosen windows alone copied from the map, whose channels lie innermost, then one batched product.</summary>
internal sealed class GatheredLayer(ComparedNetwork network, int index, bool channelsLast) : SparseLayer(network, index, channelsLast)
{
    public static StackLayer Create(ComparedNetwork network, int index, bool channelsLast) => new GatheredLayer(network, index, channelsLast);

    protected override Tensor Taken(Tensor map, Tensor index, Tensor gates)
    {
        Tensor padded = nn.functional.pad(map, [Padding[1], Padding[1], Padding[0], Padding[0]]).permute(0, 2, 3, 1);
        Tensor windows = padded.unfold(1, Height, Stride[0]).unfold(2, Width, Stride[1]).permute(0, 1, 2, 4, 5, 3);
        Tensor places = ByExpert(index).view(-1);
        Tensor sample = arange(Batch).view(1, Batch, 1).expand(Shape.Experts, Batch, Shape.PatchesPerExpert).reshape(-1);
        Tensor chosen = windows.index(
            TensorIndex.Tensor(sample),
            TensorIndex.Tensor(places.div(Shape.GridWidth, RoundingMode.floor)),
            TensorIndex.Tensor(places.remainder(Shape.GridWidth)));
        return OfChosen(chosen.view(Shape.Experts, -1, Shape.Dimension), Experts.Weight.view(Shape.Experts, Shape.Neurons, Shape.Dimension), index, gates);
    }
}
