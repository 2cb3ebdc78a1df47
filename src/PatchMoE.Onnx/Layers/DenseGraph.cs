namespace PatchMoE.Onnx.Layers;

/// <summary>No routing: the mean over all valid patches of every neuron's activation.</summary>
internal sealed class DenseGraph(LayerScope scope) : ILayerGraph
{
    public LayerValues Pooled(string rows, ValidPatches? valid) => new(scope.MeanOfValid("output", All(rows), valid), Routes: null);

    public LayerValues Map(string rows, ValidPatches? valid) => new(valid is null ? All(rows) : scope.WithoutPadding("output", All(rows), valid), Routes: null);

    /// <summary>[N, n, m].</summary>
    private string All(string rows) => scope.ByPatch("activations/map", scope.AllActivations(rows), scope.Sizes.Outputs);
}
