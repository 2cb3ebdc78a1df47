using PatchMoE.Peers.Networks;
using PatchMoE.Peers.Onnx.Graphs;

namespace PatchMoE.Peers.Onnx;

/// <summary>The chosen patches copied as whole rows, then one batched product.</summary>
internal sealed class RowsMatMul(ComparedNetwork network) : OnnxNetwork(network)
{
    protected override string Pool(string patches, string index, string? gates)
    {
        (long experts, long taken, long neurons) = (Sizes.Experts, Sizes.PatchesPerExpert, Sizes.Neurons);
        string rows = Reshape(Rows(index), experts, Batch * taken);
        string chosen = Graph.Node("Gather", [patches, rows], OnnxAttribute.Int("axis", 0));
        string hidden = Reshape(Graph.Node("Relu", [Graph.Node("MatMul", [chosen, BatchedWeights()])]), experts, Batch, taken, neurons);
        string weighted = gates is null ? hidden : Graph.Node("Mul", [hidden, Reshape(gates, experts, Batch, taken, 1)]);
        return Reshape(Transpose(Sum(weighted, 2), 1, 0, 2), Batch, Sizes.Outputs);
    }
}
