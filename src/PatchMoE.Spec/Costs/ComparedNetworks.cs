namespace PatchMoE;

/// <summary>
/// The networks that a pMoE network is compared with, of the same size: as many neurons on the same patches, the same head, after the same convolutions.
/// </summary>
internal static class ComparedNetworks
{
    /// <summary>The CNN: every layer's k·M neurons see every patch.</summary>
    /// <param name="model">A valid network.</param>
    public static ModelSpec AsCnn(this ModelSpec model) => model.WithLayers(layer => Without(layer) with { Routing = Routing.Dense, Experts = 1, NeuronsPerExpert = layer.Experts * layer.NeuronsPerExpert });

    /// <summary>The conventional mixture of experts: in every layer one of the k experts sees the whole sample.</summary>
    /// <param name="model">A valid network.</param>
    public static ModelSpec AsSampleMoE(this ModelSpec model) => model.WithLayers(layer => Without(layer) with { Routing = Routing.Sample });

    /// <summary>The plain Wide ResNet, with its last group in place of the pMoE layer; null without a backbone.</summary>
    /// <param name="model">A valid network.</param>
    public static ModelSpec? AsWideResNet(this ModelSpec model)
    {
        if (model is not { Backbone: { } backbone, Input: ImageInputSpec map })
        {
            return null;
        }

        var pixels = new ImageInputSpec(map.Height, map.Width, map.Channels, 1, 1, 1, 1);
        return model with { Input = pixels, Layers = default, Backbone = backbone with { Output = null } };
    }

    /// <summary>The layer without what says which patches meet which experts.</summary>
    private static LayerSpec Without(LayerSpec layer) => layer with { PatchesPerExpert = 0, Gate = Gate.None, Pooling = Pooling.Selected, Choice = null };

    private static ModelSpec WithLayers(this ModelSpec model, Func<LayerSpec, LayerSpec> change) => model with { Layers = model.Layers.Select(change).ToEquatableArray() };
}
