using PatchMoE.Peers.Networks;
using static TorchSharp.torch;

namespace PatchMoE.Peers.Torch;

/// <summary>The chosen patches copied as whole rows, then one batched product.</summary>
internal sealed class RowsBmm(ComparedNetwork network) : TorchNetwork(network, nameof(RowsBmm))
{
    protected override Tensor Pool(Tensor patches, Tensor index, Tensor? gates)
    {
        Tensor chosen = patches.index_select(0, Rows(index).view(-1)).view(Sizes.Experts, Batch * Sizes.PatchesPerExpert, Sizes.Dimension);
        return WeightedSum(bmm(chosen, _experts.transpose(1, 2)).relu_(), gates);
    }
}
