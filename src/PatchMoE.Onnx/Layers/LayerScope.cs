using PatchMoE.Onnx.Graphs;

namespace PatchMoE.Onnx.Layers;

/// <summary>
/// A layer's sizes, weights and names, and what several kinds of routing compute. Axes: N instances (samples, or their groups), n patches of d values, k experts of M
/// neurons, m = k·M, l patches per expert.
/// </summary>
/// <param name="graph">The graph.</param>
/// <param name="model">The network.</param>
/// <param name="index">The layer's index.</param>
/// <param name="weights">The network's weights.</param>
/// <param name="formulation">How chosen patches reach their experts.</param>
internal sealed class LayerScope(GraphWriter graph, ModelSpec model, int index, NetworkWeights weights, FormulationKind formulation = FormulationKind.Fastest)
{
    /// <summary>The graph.</summary>
    public GraphWriter Graph => graph;

    /// <summary>The layer.</summary>
    public LayerSpec Layer { get; } = model.Layers[index];

    /// <summary>n, d, k, l and M.</summary>
    public LayerShape Sizes { get; } = model.LayerShapes()[index];

    /// <summary>How chosen patches reach their experts.</summary>
    public FormulationKind Formulation => formulation;

    /// <summary>The neurons' weights [k, M, d].</summary>
    public ReadOnlySpan<float> Neurons => weights[Weight("experts.weight")];

    /// <summary>The neurons' biases [k, M]; the layer must have them.</summary>
    public ReadOnlySpan<float> Bias => weights[Weight("experts.bias")];

    /// <summary>The name of a computed value.</summary>
    public string Name(string part) => $"layers.{index}/{part}";

    /// <summary>The name of a weight, as weights files have it.</summary>
    public string Weight(string part) => $"layers.{index}.{part}";

    /// <summary>The router's scores of rows [R, d], [R, k].</summary>
    public string Scores(string rows)
    {
        string router = Weight("router.weight");
        return graph.Node("Gemm", Name("scores"), [rows, graph.Constant(router, weights[router], Sizes.Experts, Sizes.Dimension)], NodeAttribute.Int("transB", 1));
    }

    /// <summary>ReLU(⟨v_{s,r}, x_j⟩ + b_{s,r}) of every row [N·n, d] for every neuron, [N·n, m].</summary>
    public string AllActivations(string rows)
    {
        string neurons = graph.Constant(Weight("experts.weight"), Neurons, Sizes.Outputs, Sizes.Dimension);
        string[] bias = Layer.Bias ? [graph.Constant(Weight("experts.bias"), Bias, Sizes.Outputs)] : [];
        return graph.Node("Relu", Name("activations"), [graph.Node("Gemm", Name("products"), [rows, neurons, .. bias], NodeAttribute.Int("transB", 1))]);
    }

    /// <summary>The same values as [N, n, …].</summary>
    public string ByPatch(string name, string rows, params ReadOnlySpan<long> sizes) => graph.Reshape(Name(name), rows, [-1, Sizes.Patches, .. sizes]);

    /// <summary>The mean over the valid patches of values [N, n, width], [N, width]; 0 if none is valid.</summary>
    public string MeanOfValid(string name, string values, ValidPatches? valid)
    {
        if (valid is null)
        {
            return graph.Mean(Name(name), values, 1);
        }

        string sum = graph.Sum(Name($"{name}/sum"), WithoutPadding($"{name}/valid", values, valid), 1);
        return graph.Node("Div", Name(name), [sum, valid.Taken(Name($"{name}/count"), Sizes.Patches)]);
    }

    /// <summary>Values [N, n, width] that are 0 for a patch that is not valid, whatever it contains.</summary>
    public string WithoutPadding(string name, string values, ValidPatches valid)
    {
        string mask = ByPatch($"{name}/mask", valid.Below(Name($"{name}/below"), Sizes.Patches), 1);
        return graph.Node("Where", Name(name), [mask, values, graph.Constant(Name($"{name}.zero"), [0f])]);
    }
}
