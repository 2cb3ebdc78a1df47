namespace PatchMoE;

/// <summary>Where a layer's patches come from, as far as it is known: what is wrong below is unknown, and reported there.</summary>
/// <param name="IsImage">Whether the network's input is an image.</param>
/// <param name="Count">n of the patches that are not cut from a map; null if there are none, or they are unknown.</param>
/// <param name="Below">The map of the layer below; null if there is none, or it is unknown.</param>
/// <param name="NoWindow">Why the layer cuts no map; null if it does, or may.</param>
/// <param name="NoMap">What keeps the layer from giving a map; null if nothing does.</param>
/// <param name="Backbone">What a layer on a backbone's map hands on; null if there is no backbone.</param>
internal sealed record LayerSource(bool IsImage, int? Count, MapShape? Below, string? NoWindow, string? NoMap, LayerOutput? Backbone)
{
    /// <summary>The source of the lowest layer.</summary>
    public static LayerSource Of(InputSpec? input, BackboneSpec? backbone) => new(
        input is ImageInputSpec,
        input switch
        {
            ImageInputSpec image => image.GridHeight * image.GridWidth,
            VectorsInputSpec vectors => vectors.Patches,
            _ => null,
        },
        Below: null,
        NoWindow: backbone is null ? "the lowest layer has none below; 'patch' and 'stride' of the input cut an image" : "'patch' and 'stride' of the backbone cut its map",
        NoMap: backbone is not null ? "a backbone, which has an output of its own" : input is VectorsInputSpec { Groups.Count: > 0 } ? Groups : null,
        backbone?.Output);

    private const string Groups = "the groups of the input, whose outputs are the next layer's patches";

    /// <summary>The source of the layer above.</summary>
    /// <param name="input">The network's input; null if it is wrong.</param>
    /// <param name="layer">This layer; null if it is wrong.</param>
    /// <param name="level">The index of the layer above.</param>
    public LayerSource Above(InputSpec? input, LayerSpec? layer, int level)
    {
        if (input is VectorsInputSpec { Groups: { Count: > 0 } groups })
        {
            return this with { Count = level <= groups.Count ? groups[groups.Count - level] : null, NoWindow = "the patches of this layer are the outputs of groups" };
        }

        MapShape? grid = Grid(input, layer?.Window);
        return this with { Count = null, Below = layer is { Map: true } && grid is not null ? grid with { Channels = layer.Experts * layer.NeuronsPerExpert } : null, NoWindow = null };
    }

    /// <summary>n of the layer; null if it is unknown.</summary>
    /// <param name="window">Its windows, where it cuts a map.</param>
    public int? Patches(WindowSpec? window) => Below is { } map && window is not null ? window.Rows(map.Height) * window.Columns(map.Width) : Count;

    private MapShape? Grid(InputSpec? input, WindowSpec? window) => Below is { } map && window is not null
        ? new MapShape(window.Rows(map.Height), window.Columns(map.Width), 0)
        : input switch
        {
            ImageInputSpec image when Count is not null => new MapShape(image.GridHeight, image.GridWidth, 0),
            VectorsInputSpec vectors when Count is not null => new MapShape(vectors.Patches, 1, 0),
            _ => null,
        };
}
