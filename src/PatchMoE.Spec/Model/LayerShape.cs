namespace PatchMoE;

/// <summary>The sizes of one layer, as derived from the spec.</summary>
/// <param name="Instances">How many times the layer runs per sample: the product of the groups above it, 1 for the top layer.</param>
/// <param name="Patches">n, the number of patches it sees at once.</param>
/// <param name="Dimension">d, the length of a patch.</param>
/// <param name="Experts">k, the number of experts.</param>
/// <param name="PatchesPerExpert">The number of patches an expert takes: l for expertChoice, n for dense and sample.</param>
/// <param name="Neurons">M, the number of neurons per expert.</param>
public sealed record LayerShape(int Instances, int Patches, int Dimension, int Experts, int PatchesPerExpert, int Neurons)
{
    /// <summary>m = k·M, the length of the layer's output.</summary>
    public int Outputs => Experts * Neurons;
}

/// <summary>Derives the sizes of a valid <see cref="ModelSpec"/>.</summary>
public static class ModelShapes
{
    /// <summary>The number of values in one sample: H·W·C, or (groups)·n·d.</summary>
    public static int InputLength(this ModelSpec model) => model.InputShape().Aggregate(1, (product, size) => product * size);

    /// <summary>The shape of one sample: [H, W, C], [n, d] or [T, n, d].</summary>
    public static EquatableArray<int> InputShape(this ModelSpec model) => model.Backbone is { } backbone
        ? EquatableArray.Of(backbone.Height, backbone.Width, backbone.Channels)
        : Shape(model.Input);

    /// <summary>The shape of one sample's routes in layer 0: [T, k, l] (T = 1 without groups), [T, 1, 1] for sample routing, empty if layer 0 does not route.</summary>
    public static EquatableArray<int> RouteShape(this ModelSpec model)
    {
        if (model.Layers.Count == 0 || model.Layers[0].Routing == Routing.Dense)
        {
            return default;
        }

        LayerShape bottom = model.LayerShapes()[0];
        return model.Layers[0].Routing == Routing.Sample
            ? EquatableArray.Of(bottom.Instances, 1, 1)
            : EquatableArray.Of(bottom.Instances, bottom.Experts, bottom.PatchesPerExpert);
    }

    /// <summary>The number of the head's inputs: the m outputs of the top layer, or the channels of a backbone's map.</summary>
    public static int HeadInputs(this ModelSpec model) =>
        model.Layers.LastOrDefault() is { } top ? top.Experts * top.NeuronsPerExpert : model.Backbone!.Map().Channels;

    private static EquatableArray<int> Shape(InputSpec input) => input switch
    {
        ImageInputSpec image => EquatableArray.Of(image.Height, image.Width, image.Channels),
        VectorsInputSpec vectors => vectors.Groups.Concat([vectors.Patches, vectors.Dimension]).ToEquatableArray(),
        _ => throw new ArgumentException($"Unknown input kind {input.GetType().Name}.", nameof(input)),
    };

    /// <summary>The sizes of each layer, lowest first; none if there is only a backbone. The spec must be valid.</summary>
    public static EquatableArray<LayerShape> LayerShapes(this ModelSpec model)
    {
        (int patches, int dimension, EquatableArray<int> groups) = model.Input switch
        {
            ImageInputSpec image => (image.GridHeight * image.GridWidth, image.PatchHeight * image.PatchWidth * image.Channels, default),
            VectorsInputSpec vectors => (vectors.Patches, vectors.Dimension, vectors.Groups),
            _ => throw new ArgumentException($"Unknown input kind {model.Input.GetType().Name}.", nameof(model)),
        };

        var shapes = new List<LayerShape>();
        for (int i = 0; i < model.Layers.Count; i++)
        {
            LayerSpec layer = model.Layers[i];
            int instances = groups.Take(groups.Count - i).Aggregate(1, (product, size) => product * size);
            int taken = layer.Routing == Routing.ExpertChoice ? layer.PatchesPerExpert : patches;
            shapes.Add(new LayerShape(instances, patches, dimension, layer.Experts, taken, layer.NeuronsPerExpert));

            // The outputs of this layer's groups are the patches of the next.
            dimension = shapes[i].Outputs;
            patches = i < groups.Count ? groups[groups.Count - 1 - i] : 1;
        }

        return shapes.ToEquatableArray();
    }
}
