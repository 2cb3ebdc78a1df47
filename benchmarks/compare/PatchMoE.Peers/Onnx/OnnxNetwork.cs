using PatchMoE.Formats;
using PatchMoE.Peers.Networks;
using PatchMoE.Peers.Onnx.Graphs;

namespace PatchMoE.Peers.Onnx;

/// <summary>
/// The network as an ONNX graph for one batch size: patches, routing, gates, head. A subclass implements how the chosen patches reach their experts. Weights are constants, in
/// the layout of the product that uses them, so that ONNX Runtime can pack them when it loads the graph.
/// </summary>
/// <param name="network">The network.</param>
internal abstract class OnnxNetwork(ComparedNetwork network)
{
    public const string InputName = "input";

    /// <summary>The graph while it is written.</summary>
    protected OnnxGraph Graph { get; } = new();

    /// <summary>n, d, k, l and M.</summary>
    protected LayerShape Sizes => network.Shape;

    /// <summary>B.</summary>
    protected long Batch => network.Batch;

    /// <summary>The shape under which the samples are given to the graph; their values are in the order of the spec's.</summary>
    public long[] InputShape => network.Grid is { IsContiguous: false } grid
        ? [Batch, grid.Rows, grid.Height, grid.Columns, grid.RowLength]
        : [Batch * Sizes.Patches, Sizes.Dimension];

    /// <summary>Writes the graph; call it once.</summary>
    /// <returns>The model's bytes and the name of its output, the logits [B, C].</returns>
    public (byte[] Model, string Output) Build()
    {
        string patches = Cut(Graph.Input(InputName, InputShape));
        (string index, string? gates) = Route(patches);
        string logits = Head(Pool(patches, index, gates));
        Graph.Output(logits, Batch, network.Model.Head.Outputs);
        return (Graph.ToModel(), logits);
    }

    /// <summary>The gated sums of the experts' neurons, [B, k·M].</summary>
    /// <param name="patches">[B·n, d].</param>
    /// <param name="index">The chosen patches within each sample, [k, B, l].</param>
    /// <param name="gates">Their gate values, [k, B, l]; null if all are 1.</param>
    protected abstract string Pool(string patches, string index, string? gates);

    /// <summary>The weights of one expert, or of all experts one after another, with an axis of neurons last: [d, M] or [d, k·M].</summary>
    protected string Weights(int firstExpert, int experts)
    {
        int neurons = experts * Sizes.Neurons;
        ReadOnlySpan<float> rows = network.Weights[ComparedNetwork.ExpertsName].Values.AsSpan(firstExpert * Sizes.Neurons * Sizes.Dimension, neurons * Sizes.Dimension);
        return Graph.Constant(Transposed(rows, neurons, Sizes.Dimension), Sizes.Dimension, neurons);
    }

    /// <summary>The weights of all experts, each with its neurons last: [k, d, M].</summary>
    protected string BatchedWeights()
    {
        float[] all = network.Weights[ComparedNetwork.ExpertsName].Values;
        int length = Sizes.Neurons * Sizes.Dimension;
        IEnumerable<float> values = Enumerable.Range(0, Sizes.Experts).SelectMany(s => Transposed(all.AsSpan(s * length, length), Sizes.Neurons, Sizes.Dimension));
        return Graph.Constant([.. values], Sizes.Experts, Sizes.Dimension, Sizes.Neurons);
    }

    /// <summary>The chosen patches' places among all B·n, [k, B, l].</summary>
    protected string Rows(string index)
    {
        long[] first = [.. Enumerable.Range(0, (int)Batch).Select(sample => (long)sample * Sizes.Patches)];
        return Graph.Node("Add", [index, Graph.Constant(first, 1, Batch, 1)]);
    }

    protected string Reshape(string value, params long[] shape) => Graph.Node("Reshape", [value, Graph.Sizes(shape)]);

    protected string Transpose(string value, params long[] axes) => Graph.Node("Transpose", [value], OnnxAttribute.Ints("perm", axes));

    /// <summary>The sum along an axis, which vanishes.</summary>
    protected string Sum(string value, long axis) => Graph.Node("ReduceSum", [value, Graph.Sizes(axis)], OnnxAttribute.Int("keepdims", 0));

    private string Cut(string input) => network.Grid is { IsContiguous: false }
        ? Reshape(Transpose(input, 0, 1, 3, 2, 4), Batch * Sizes.Patches, Sizes.Dimension)
        : input;

    private (string Index, string? Gates) Route(string patches)
    {
        NamedTensor router = network.Weights[ComparedNetwork.RouterName];
        string products = Graph.Node("MatMul", [patches, Graph.Constant(Transposed(router.Values, Sizes.Experts, Sizes.Dimension), Sizes.Dimension, Sizes.Experts)]);
        string scores = Transpose(Reshape(products, Batch, Sizes.Patches, Sizes.Experts), 2, 0, 1);
        string[] top = Graph.Node("TopK", 2, [scores, Graph.Sizes(Sizes.PatchesPerExpert)], OnnxAttribute.Int("axis", 2), OnnxAttribute.Int("sorted", 0));
        (string best, string index) = (top[0], top[1]);
        return network.Layer.Gate switch
        {
            Gate.None => (index, null),
            Gate.SoftmaxSelected => (index, Softmax(best)),
            Gate.SoftmaxAll => (index, Graph.Node("GatherElements", [Softmax(scores), index], OnnxAttribute.Int("axis", 2))),
            _ => (index, Graph.Node("Sigmoid", [best])),
        };

        string Softmax(string value) => Graph.Node("Softmax", [value], OnnxAttribute.Int("axis", 2));
    }

    /// <summary>The divisor is folded into the weights.</summary>
    private string Head(string pooled)
    {
        NamedTensor head = network.Weights[ComparedNetwork.HeadName];
        float[] weights = Transposed(head.Values, head.Shape[0], head.Shape[1]);
        string product = Graph.Node("MatMul", [pooled, Graph.Constant([.. weights.Select(weight => weight / network.Divisor)], head.Shape[1], head.Shape[0])]);
        return Graph.Node("Add", [product, Graph.Constant(network.Bias, head.Shape[0])]);
    }

    private static float[] Transposed(ReadOnlySpan<float> values, int rows, int columns)
    {
        float[] transposed = new float[values.Length];
        for (int row = 0; row < rows; row++)
        {
            for (int column = 0; column < columns; column++)
            {
                transposed[(column * rows) + row] = values[(row * columns) + column];
            }
        }

        return transposed;
    }
}
