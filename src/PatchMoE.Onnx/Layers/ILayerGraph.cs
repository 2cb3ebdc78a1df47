namespace PatchMoE.Onnx.Layers;

/// <summary>What a layer computes.</summary>
/// <param name="Output">y [N, m], experts in order, or a map [N, n, m].</param>
/// <param name="Routes">int64 [N, k, l], best first, −1 for none; for token choice the experts of each patch, [N, n, t]; for sample routing the expert, [N, 1, 1]; null if the layer does not route.</param>
internal sealed record LayerValues(string Output, string? Routes);

/// <summary>A layer with one kind of routing.</summary>
internal interface ILayerGraph
{
    /// <summary>Writes the layer with its pooling.</summary>
    /// <param name="rows">The patches, [N·n, d].</param>
    /// <param name="valid">Which of them are valid; null if all are.</param>
    LayerValues Pooled(string rows, ValidPatches? valid);

    /// <summary>Writes the layer without pooling: G_{j,s}·ReLU(⟨v_{s,r}, x_j⟩ + b_{s,r}) where expert s sees patch j, else 0.</summary>
    /// <param name="rows">The patches, [N·n, d].</param>
    /// <param name="valid">Which of them are valid; null if all are.</param>
    LayerValues Map(string rows, ValidPatches? valid);

    /// <summary>The graph of a layer.</summary>
    static ILayerGraph Of(LayerScope scope) => scope.Layer.Routing switch
    {
        Routing.ExpertChoice => new ExpertChoiceGraph(scope),
        Routing.Dense => new DenseGraph(scope),
        Routing.Sample => new SampleGraph(scope),
        Routing.TokenChoice => new TokenChoiceGraph(scope),
        _ => throw new ArgumentException($"Unknown routing {scope.Layer.Routing}.", nameof(scope)),
    };
}
