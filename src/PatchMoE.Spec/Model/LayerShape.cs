namespace PatchMoE;

/// <summary>The sizes of one layer, as derived from the spec.</summary>
/// <param name="Instances">How many times the layer runs per sample: the product of the groups above it, 1 for the top layer and in a stack.</param>
/// <param name="Patches">n, the number of patches it sees at once.</param>
/// <param name="Dimension">d, the length of a patch.</param>
/// <param name="Experts">k, the number of experts.</param>
/// <param name="PatchesPerExpert">The number of patches an expert takes at most: l for expertChoice, the capacity for tokenChoice, n for dense and sample.</param>
/// <param name="Neurons">M, the number of neurons per expert.</param>
public sealed record LayerShape(int Instances, int Patches, int Dimension, int Experts, int PatchesPerExpert, int Neurons)
{
    /// <summary>m = k·M: the length of the layer's pooled output, or of each patch's vector in its map.</summary>
    public int Outputs => Experts * Neurons;

    /// <summary>The number of pairs of an expert and a patch it takes, at most: k·l, n·t or what the capacities admit, n for sample.</summary>
    public int Pairs { get; init; }

    /// <summary>The rows of the grid that the patches form; n for vectors.</summary>
    public int GridHeight { get; init; }

    /// <summary>The columns of the grid that the patches form; 1 for vectors.</summary>
    public int GridWidth { get; init; }

    /// <summary>The map of the layer below, which the layer cuts into its patches; null if its patches are the input's, or the outputs of groups.</summary>
    public MapShape? Below { get; init; }

    /// <summary>The map that the layer gives; null if it pools.</summary>
    public MapShape? Map { get; init; }

    /// <summary>The number of values that one instance gives: m, or n·m for a map.</summary>
    public int OutputLength => Map is null ? Outputs : Patches * Outputs;
}

/// <summary>A map: a vector for each place of a grid.</summary>
/// <param name="Height">Its rows; for a sequence its length.</param>
/// <param name="Width">Its columns; 1 for a sequence.</param>
/// <param name="Channels">m, the length of each vector.</param>
public sealed record MapShape(int Height, int Width, int Channels);

/// <summary>Derives the sizes of a valid <see cref="ModelSpec"/>.</summary>
public static class ModelShapes
{
    /// <summary>The number of values in one sample: H·W·C, or (groups)·n·d.</summary>
    public static int InputLength(this ModelSpec model) => model.InputShape().Aggregate(1, (product, size) => product * size);

    /// <summary>The shape of one sample: [H, W, C], [n, d] or [T, n, d].</summary>
    public static EquatableArray<int> InputShape(this ModelSpec model) => model.Backbone is { } backbone
        ? EquatableArray.Of(backbone.Height, backbone.Width, backbone.Channels)
        : Shape(model.Input);

    /// <summary>
    /// The shape of one sample's routes in layer 0: [T, k, l] (T = 1 without groups); [T, n, t] for token choice, the experts of each patch; [T, 1, 1] for sample routing; empty if
    /// layer 0 does not route.
    /// </summary>
    public static EquatableArray<int> RouteShape(this ModelSpec model)
    {
        if (model.Layers.Count == 0 || model.Layers[0].Routing == Routing.Dense)
        {
            return default;
        }

        LayerShape bottom = model.LayerShapes()[0];
        return model.Layers[0] switch
        {
            { Routing: Routing.Sample } => EquatableArray.Of(bottom.Instances, 1, 1),
            { Choice: { } choice } => EquatableArray.Of(bottom.Instances, bottom.Patches, choice.ExpertsPerPatch),
            _ => EquatableArray.Of(bottom.Instances, bottom.Experts, bottom.PatchesPerExpert),
        };
    }

    /// <summary>The number of the head's inputs: the m outputs of the top layer, the n·m values of its map, or the channels of a backbone's map.</summary>
    public static int HeadInputs(this ModelSpec model) => model.LayerShapes().LastOrDefault()?.OutputLength ?? model.Backbone!.Map().Channels;

    /// <summary>Whether layers cut the map of an image: all of its patches are valid, so that such a network takes no counts of valid patches.</summary>
    internal static bool CutsMapOfImage(this ModelSpec model) => model.Input is ImageInputSpec && model.Layers.Any(layer => layer.Window is not null);

    private static EquatableArray<int> Shape(InputSpec input) => input switch
    {
        ImageInputSpec image => EquatableArray.Of(image.Height, image.Width, image.Channels),
        VectorsInputSpec vectors => vectors.Groups.Concat([vectors.Patches, vectors.Dimension]).ToEquatableArray(),
        _ => throw new ArgumentException($"Unknown input kind {input.GetType().Name}.", nameof(input)),
    };

    /// <summary>The sizes of each layer, lowest first; none if there is only a backbone. The spec must be valid.</summary>
    public static EquatableArray<LayerShape> LayerShapes(this ModelSpec model)
    {
        (int height, int width, int dimension, EquatableArray<int> groups) = model.Input switch
        {
            ImageInputSpec image => (image.GridHeight, image.GridWidth, image.PatchHeight * image.PatchWidth * image.Channels, default),
            VectorsInputSpec vectors => (vectors.Patches, 1, vectors.Dimension, vectors.Groups),
            _ => throw new ArgumentException($"Unknown input kind {model.Input.GetType().Name}.", nameof(model)),
        };

        var shapes = new List<LayerShape>();
        MapShape? below = null;
        for (int i = 0; i < model.Layers.Count; i++)
        {
            LayerSpec layer = model.Layers[i];
            if (below is not null && layer.Window is { } window)
            {
                (height, width, dimension) = (window.Rows(below.Height), window.Columns(below.Width), window.Height * window.Width * below.Channels);
            }

            int instances = groups.Take(groups.Count - i).Aggregate(1, (product, size) => product * size);
            LayerShape shape = Shape(layer, instances, height, width, dimension) with { Below = below };
            below = shape.Map;
            shapes.Add(shape);

            // The pooled outputs of this layer's groups are the patches of the next.
            (height, width, dimension) = (i < groups.Count ? groups[groups.Count - 1 - i] : 1, 1, shape.Outputs);
        }

        return shapes.ToEquatableArray();
    }

    private static LayerShape Shape(LayerSpec layer, int instances, int height, int width, int dimension)
    {
        int patches = height * width;
        int taken = layer.Routing == Routing.ExpertChoice ? layer.PatchesPerExpert : layer.Choice?.Capacity(patches, layer.Experts) ?? patches;
        int pairs = layer.Routing switch
        {
            Routing.Sample => patches,
            Routing.TokenChoice => (int)Math.Min((long)patches * layer.Choice!.ExpertsPerPatch, (long)layer.Experts * taken),
            _ => layer.Experts * taken,
        };
        return new LayerShape(instances, patches, dimension, layer.Experts, taken, layer.NeuronsPerExpert)
        {
            Pairs = pairs,
            GridHeight = height,
            GridWidth = width,
            Map = layer.Map ? new MapShape(height, width, layer.Experts * layer.NeuronsPerExpert) : null,
        };
    }
}
