using PatchMoE.Peers.Networks;
using static TorchSharp.torch;

namespace PatchMoE.Peers.Torch;

/// <summary>A gather of the chosen patches of every expert, then one batched product.</summary>
internal sealed class GatherBmm(ComparedNetwork network) : TorchNetwork(network, nameof(GatherBmm))
{
    protected override Tensor Pool(Tensor patches, Tensor index, Tensor? gates)
    {
        (long experts, long taken, long dimension) = (Sizes.Experts, Sizes.PatchesPerExpert, Sizes.Dimension);
        Tensor chosen = patches.view(1, Batch, Sizes.Patches, dimension).expand(experts, Batch, Sizes.Patches, dimension)
            .gather(2, index.unsqueeze(3).expand(experts, Batch, taken, dimension));
        return WeightedSum(bmm(chosen.view(experts, Batch * taken, dimension), _experts.transpose(1, 2)).relu_(), gates);
    }
}
