using PatchMoE.Onnx.Graphs;
using PatchMoE.Onnx.Layers;

namespace PatchMoE.Onnx.Networks;

/// <summary>A Wide ResNet in evaluation mode. ONNX Runtime folds a batch norm into the convolution before it where there is one.</summary>
internal sealed class BackboneGraph(GraphWriter graph, ModelSpec model, NetworkWeights weights)
{
    private const float NormEpsilon = 1e-5f;

    private readonly BackboneShape _shape = model.BackboneShape()!;

    /// <summary>The head's input [B, m] of images [B, H, W, C], and the layer's routes.</summary>
    public LayerValues Features(string images)
    {
        string map = Map(images);
        if (model.Layers.Count == 0)
        {
            return new LayerValues(graph.Mean("features", NormRelu(_shape.Norm!, map), 2, 3), Routes: null);
        }

        string rows = PatchGraph.Cut(graph, (ImageInputSpec)model.Input, graph.Transpose("map", map, 0, 2, 3, 1));
        ILayerGraph layer = ILayerGraph.Of(new LayerScope(graph, model, 0, weights));
        if (model.Backbone!.Output == LayerOutput.Features)
        {
            return layer.Pooled(rows, valid: null);
        }

        // [B, m, n]: channels first, as ONNX's batch norm expects.
        LayerValues values = layer.Map(rows, valid: null);
        string channels = graph.Transpose("layers.0/channels", values.Output, 0, 2, 1);
        return values with { Output = graph.Mean("features", NormRelu(_shape.Norm!, channels), 2) };
    }

    /// <summary>[B, channels, height, width].</summary>
    private string Map(string images)
    {
        string x = Convolve(_shape.Stem, graph.Transpose("image", images, 0, 3, 1, 2));
        foreach (ResidualBlockShape block in _shape.Blocks)
        {
            x = Residual(block, x);
        }

        return _shape is { ReductionNorm: { } norm, Reduction: { } reduction } ? Convolve(reduction, NormRelu(norm, x)) : x;
    }

    private string Residual(ResidualBlockShape block, string x)
    {
        string active = NormRelu(block.Norm1, x);
        string shortcut = block.Shortcut is null ? x : Convolve(block.Shortcut, active);
        string residual = Convolve(block.Convolution2, NormRelu(block.Norm2, Convolve(block.Convolution1, active)));
        return graph.Node("Add", $"{block.Convolution2.Name}/sum", [residual, shortcut]);
    }

    private string Convolve(ConvolutionShape convolution, string x)
    {
        (int kernel, int padding) = (convolution.Kernel, convolution.Kernel / 2);
        string name = $"{convolution.Name}.weight";
        return graph.Node(
            "Conv",
            convolution.Name,
            [x, graph.Constant(name, weights[name], convolution.Outputs, convolution.Inputs, kernel, kernel)],
            NodeAttribute.Ints("kernel_shape", kernel, kernel),
            NodeAttribute.Ints("strides", convolution.Stride, convolution.Stride),
            NodeAttribute.Ints("pads", padding, padding, padding, padding));
    }

    private string NormRelu(NormShape norm, string x)
    {
        string[] tensors = [.. new[] { "weight", "bias", "running_mean", "running_var" }.Select(part => $"{norm.Name}.{part}")];
        foreach (string tensor in tensors)
        {
            graph.Constant(tensor, weights[tensor], norm.Channels);
        }

        return graph.Node("Relu", $"{norm.Name}/relu", [graph.Node("BatchNormalization", norm.Name, [x, .. tensors], NodeAttribute.Float("epsilon", NormEpsilon))]);
    }
}
