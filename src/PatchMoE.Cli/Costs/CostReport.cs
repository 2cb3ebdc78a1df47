namespace PatchMoE.Cli.Costs;

/// <summary>A part of a network: a convolution, a layer's router or experts, the head.</summary>
/// <param name="Name">Its tensor's name without the suffix.</param>
/// <param name="Map">The shape of its output for one sample, for example <c>16x16x320</c>.</param>
/// <param name="Weights">The number of its trained weights.</param>
/// <param name="Forward">FLOPs of one sample's forward pass.</param>
internal sealed record CostPart(string Name, string Map, long Weights, long Forward);

/// <summary>A network as a whole.</summary>
/// <param name="Name">A description.</param>
/// <param name="Weights">The number of its weights, without batch norm statistics.</param>
/// <param name="LayerForward">FLOPs of one sample's forward pass through the layers only, without backbone and head.</param>
/// <param name="Cost">The other costs.</param>
internal sealed record ComparedCost(string Name, long Weights, long LayerForward, NetworkCost Cost);

/// <summary>The content of <c>pmoe cost</c>.</summary>
/// <param name="Name">The spec's name.</param>
/// <param name="Batch">The number of samples that bytes are counted for.</param>
/// <param name="Parts">The network's parts, in order.</param>
/// <param name="Networks">The network itself, then those it is compared with.</param>
internal sealed record CostReport(string Name, int Batch, IReadOnlyList<CostPart> Parts, IReadOnlyList<ComparedCost> Networks)
{
    public static CostReport Of(PatchMoESpec spec, int batch)
    {
        ModelSpec model = spec.Model;
        var networks = new List<ComparedCost> { Compare("this network", model) };
        if (model.Layers.Count > 0)
        {
            networks.Add(Compare("CNN", model.AsCnn()));
            networks.Add(Compare("sample-level MoE", model.AsSampleMoE()));
            if (model.AsWideResNet() is { } plain)
            {
                networks.Add(Compare("Wide ResNet", plain));
            }
        }

        return new CostReport(spec.Name, batch, [.. PartsOf(model)], networks);
    }

    private static ComparedCost Compare(string name, ModelSpec model)
    {
        NetworkCost cost = NetworkCost.Of(model);
        return new ComparedCost(name, model.WeightCount(), cost.Layers.Sum(layer => layer.Forward), cost);
    }

    private static IEnumerable<CostPart> PartsOf(ModelSpec model)
    {
        NetworkCost cost = NetworkCost.Of(model);
        if (model.EmbeddingTable() is { } table)
        {
            // Its additions depend on the words of a text, and are no multiply-adds.
            yield return new CostPart("embedding", string.Join("x", model.InputShape()), table.Length, Forward: 0);
        }

        foreach (ConvolutionShape one in model.BackboneShape()?.Convolutions ?? [])
        {
            yield return new CostPart(
                one.Name, $"{one.Height}x{one.Width}x{one.Outputs}", (long)one.Kernel * one.Kernel * one.Inputs * one.Outputs, BackboneCost.Of(one));
        }

        EquatableArray<LayerShape> shapes = model.LayerShapes();
        for (int i = 0; i < shapes.Count; i++)
        {
            string instances = shapes[i].Instances == 1 ? "" : $"{shapes[i].Instances} x ";
            if (model.Layers[i].Routing != Routing.Dense)
            {
                string scores = model.Layers[i].Routing == Routing.Sample ? $"{shapes[i].Experts}" : $"{shapes[i].Patches}x{shapes[i].Experts}";
                yield return new CostPart($"layers.{i}.router", instances + scores, Weights(model, ParameterRole.Router, i), cost.Layers[i].Router);
            }

            long experts = Weights(model, ParameterRole.Experts, i) + Weights(model, ParameterRole.ExpertsBias, i);
            yield return new CostPart($"layers.{i}.experts", $"{instances}{(shapes[i].Map is { } map ? $"{map.Height}x{map.Width}x{map.Channels}" : $"{shapes[i].Outputs}")}", experts, cost.Layers[i].Experts);
        }

        yield return new CostPart("head", $"{model.Head.Outputs}", Weights(model, ParameterRole.Head, -1) + Weights(model, ParameterRole.HeadBias, -1), cost.HeadForward);
    }

    private static long Weights(ModelSpec model, ParameterRole role, int layer) =>
        model.Parameters().Where(parameter => parameter.Role == role && parameter.Layer == layer).Sum(parameter => (long)parameter.Length);
}
