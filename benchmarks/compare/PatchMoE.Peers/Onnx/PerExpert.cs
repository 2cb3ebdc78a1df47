using PatchMoE.Peers.Networks;
using PatchMoE.Peers.Onnx.Graphs;

namespace PatchMoE.Peers.Onnx;

/// <summary>A copy of rows and one product for each expert in turn: ONNX Runtime packs the constant weights of such a product in advance.</summary>
internal sealed class PerExpert(ComparedNetwork network) : OnnxNetwork(network)
{
    protected override string Pool(string patches, string index, string? gates)
    {
        (int experts, long taken, long neurons) = (Sizes.Experts, Sizes.PatchesPerExpert, Sizes.Neurons);
        string[] rows = Split(Reshape(Rows(index), experts * Batch * taken));
        string[]? shares = gates is null ? null : Split(Reshape(gates, experts * Batch, taken, 1));
        var sums = new string[experts];
        for (int s = 0; s < experts; s++)
        {
            string chosen = Graph.Node("Gather", [patches, rows[s]], OnnxAttribute.Int("axis", 0));
            string hidden = Reshape(Graph.Node("Relu", [Graph.Node("MatMul", [chosen, Weights(s, 1)])]), Batch, taken, neurons);
            sums[s] = Sum(shares is null ? hidden : Graph.Node("Mul", [hidden, shares[s]]), 1);
        }

        return Graph.Node("Concat", sums, OnnxAttribute.Int("axis", 1));

        string[] Split(string value) => Graph.Node("Split", experts, [value], OnnxAttribute.Int("axis", 0), OnnxAttribute.Int("num_outputs", experts));
    }
}
