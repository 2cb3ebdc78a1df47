using PatchMoE.Peers.Networks;
using static TorchSharp.torch;

namespace PatchMoE.Peers.Torch;

/// <summary>A copy of rows and one product for each expert in turn.</summary>
internal sealed class PerExpert(ComparedNetwork network) : TorchNetwork(network, nameof(PerExpert))
{
    protected override Tensor Pool(Tensor patches, Tensor index, Tensor? gates)
    {
        Tensor[] rows = Rows(index).view(Sizes.Experts, Batch * Sizes.PatchesPerExpert).unbind(0);
        Tensor[] weights = _experts.unbind(0);
        Tensor[]? shares = gates?.unbind(0);
        var sums = new Tensor[Sizes.Experts];
        for (int s = 0; s < sums.Length; s++)
        {
            Tensor hidden = patches.index_select(0, rows[s]).mm(weights[s].t()).relu_().view(Batch, Sizes.PatchesPerExpert, Sizes.Neurons);
            sums[s] = Weighted(hidden, shares?[s]);
        }

        return cat(sums, 1);
    }
}
