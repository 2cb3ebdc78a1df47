namespace PatchMoE.Onnx.Layers;

/// <summary>No routing: the mean over all valid patches of every neuron's activation.</summary>
internal sealed class DenseGraph(LayerScope scope) : ILayerGraph
{
    public LayerValues Pooled(string rows, ValidPatches? valid) => new(scope.MeanOfValid("output", Map(rows).Output, valid), Routes: null);

    public LayerValues Map(string rows) => new(scope.ByPatch("activations/map", scope.AllActivations(rows), scope.Sizes.Outputs), Routes: null);
}
