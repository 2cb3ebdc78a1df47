using PatchMoE.Peers.Networks;
using static TorchSharp.torch;

namespace PatchMoE.Peers.Torch;

/// <summary>One product of all patches with all neurons; a mask of gate values keeps the chosen ones.</summary>
internal sealed class DenseMask(ComparedNetwork network) : TorchNetwork(network, nameof(DenseMask))
{
    protected override Tensor Pool(Tensor patches, Tensor index, Tensor? gates)
    {
        Tensor hidden = patches.mm(_experts.view(Sizes.Outputs, Sizes.Dimension).t()).relu_().view(Batch, Sizes.Patches, Sizes.Experts, Sizes.Neurons);
        Tensor mask = zeros(Sizes.Experts, Batch, Sizes.Patches).scatter(2, index, gates ?? ones(1, 1, 1).expand(Sizes.Experts, Batch, Sizes.PatchesPerExpert));
        return (hidden * mask.permute(1, 2, 0).unsqueeze(3)).sum(1).view(Batch, Sizes.Outputs);
    }
}
