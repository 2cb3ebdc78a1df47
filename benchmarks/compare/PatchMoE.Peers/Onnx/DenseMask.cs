using PatchMoE.Peers.Networks;
using PatchMoE.Peers.Onnx.Graphs;

namespace PatchMoE.Peers.Onnx;

/// <summary>One product of all patches with all neurons; a mask of gate values keeps the chosen ones.</summary>
internal sealed class DenseMask(ComparedNetwork network) : OnnxNetwork(network)
{
    protected override string Pool(string patches, string index, string? gates)
    {
        (long experts, long all, long taken) = (Sizes.Experts, Sizes.Patches, Sizes.PatchesPerExpert);
        string hidden = Reshape(Graph.Node("Relu", [Graph.Node("MatMul", [patches, Weights(0, Sizes.Experts)])]), Batch, all, experts, Sizes.Neurons);
        gates ??= Graph.Constant(Enumerable.Repeat(1f, (int)(experts * Batch * taken)).ToArray(), experts, Batch, taken);
        string mask = Graph.Node("ScatterElements", [Graph.Constant(new float[experts * Batch * all], experts, Batch, all), index, gates], OnnxAttribute.Int("axis", 2));
        string weighted = Graph.Node("Mul", [hidden, Reshape(Transpose(mask, 1, 2, 0), Batch, all, experts, 1)]);
        return Reshape(Sum(weighted, 1), Batch, Sizes.Outputs);
    }
}
