using System.Numerics;

namespace PatchMoE;

/// <summary>
/// Keeps every array of a network small enough that no index overflows an int anywhere. It counts in <see cref="BigInteger"/>, so that the check itself
/// cannot overflow.
/// </summary>
internal static class SizeLimits
{
    /// <summary>The maximum number of values in one array: 4 GiB of float32.</summary>
    public const int MaximumValues = 1 << 30;

    /// <summary>Checks the length of one sample.</summary>
    public static bool CheckInput(FieldReader input, BigInteger length) =>
        Fits(input.Diagnostics, input.Place, "One sample", length, "a smaller input");

    /// <summary>Checks the table of a text's tokens.</summary>
    public static bool CheckTable(FieldReader input, TextSpec text) =>
        Fits(input.Diagnostics, input.Place, "The tensor 'embedding.weight'", (BigInteger)text.Vocabulary * text.Dimension, "a smaller vocabulary or dimension");

    /// <summary>Checks the weights, and the memory of a pass over one sample, for a network that is valid otherwise.</summary>
    public static bool CheckNetwork(FieldReader model, ModelSpec network)
    {
        (InputSpec input, EquatableArray<LayerSpec> layers, HeadSpec head) = (network.Input, network.Layers, network.Head);
        (int height, int width, BigInteger dimension, EquatableArray<int> groups) = input switch
        {
            ImageInputSpec image => (image.GridHeight, image.GridWidth, (BigInteger)image.PatchHeight * image.PatchWidth * image.Channels, default),
            VectorsInputSpec vectors => (vectors.Patches, 1, (BigInteger)vectors.Dimension, vectors.Groups),
            _ => throw new ArgumentException($"Unknown input kind {input.GetType().Name}.", nameof(network)),
        };

        BigInteger weights = network.Backbone is { } backbone ? Filters(backbone)
            : network.TrainedText() is { } text ? (BigInteger)text.Vocabulary * text.Dimension
            : 0;
        for (int i = 0; i < layers.Count; i++)
        {
            LayerSpec layer = layers[i];
            SpecPlace place = model.PlaceOf("layers", i);
            if (i > 0 && layer.Window is { } window)
            {
                (height, width, dimension) = (window.Rows(height), window.Columns(width), dimension * window.Height * window.Width);
            }

            BigInteger patches = (BigInteger)height * width;
            BigInteger instances = groups.Take(groups.Count - i).Aggregate(BigInteger.One, (product, size) => product * size);
            BigInteger outputs = (BigInteger)layer.Experts * layer.NeuronsPerExpert;
            BigInteger pairs = layer.Routing == Routing.ExpertChoice ? (BigInteger)layer.PatchesPerExpert * layer.Experts
                : patches * (layer.Choice?.ExpertsPerPatch ?? layer.Experts);
            weights += (outputs + layer.Experts) * (dimension + 1);
            const string Fewer = "fewer experts, neurons or patches";
            if (!Fits(model.Diagnostics, place, $"The tensor 'layers.{i}.experts.weight'", outputs * dimension, "fewer experts, neurons or smaller patches")
                || !Fits(model.Diagnostics, place, "The scores of one sample", instances * layer.Experts * patches, Fewer)
                || !Fits(model.Diagnostics, place, "The neurons' values for one sample", instances * layer.NeuronsPerExpert * pairs, Fewer)
                || !Fits(model.Diagnostics, place, layer.Map ? "The layer's map for one sample" : "The layer's outputs for one sample", instances * outputs * (layer.Map ? patches : 1), Fewer))
            {
                return false;
            }

            if (!layer.Map)
            {
                (height, width) = (i < groups.Count ? groups[groups.Count - 1 - i] : 1, 1);
            }

            dimension = outputs;
        }

        dimension *= (BigInteger)height * width;

        return Fits(model.Diagnostics, model.PlaceOf("head"), "The tensor 'head.weight'", dimension * head.Outputs, "fewer outputs or neurons")
            && Fits(model.Diagnostics, model.PlaceOf("layers"), "All weights together", weights + (dimension * head.Outputs), network.TrainedText() is null ? "fewer experts or neurons" : "a smaller vocabulary, or fewer experts or neurons");
    }

    /// <summary>Checks the weights of a backbone, and its maps of one image.</summary>
    public static bool CheckBackbone(FieldReader fields, BackboneSpec backbone)
    {
        // Halving the sides divides a map by four, so only a width more than four times the one before gives a larger map; the bound covers all of them.
        BigInteger map = (BigInteger)backbone.Height * backbone.Width * backbone.Widths.Append(backbone.Stem).Max();
        return Fits(fields.Diagnostics, fields.Place, "All filters of the backbone together", Filters(backbone), "smaller widths or fewer blocks")
            && Fits(fields.Diagnostics, fields.Place, "The largest map of one image", map, "smaller widths or a smaller image");
    }

    /// <summary>The number of values of all filters, as if no group were replaced by a pMoE layer.</summary>
    private static BigInteger Filters(BackboneSpec backbone)
    {
        const int FilterPixels = 9;
        BigInteger filters = (BigInteger)FilterPixels * backbone.Stem * backbone.Channels;
        int inputs = backbone.Stem;
        foreach (int width in backbone.Widths)
        {
            BigInteger shortcut = (BigInteger)inputs * width;
            BigInteger square = (BigInteger)width * width;
            filters += (FilterPixels * (shortcut + (((2 * backbone.Blocks) - 1) * square))) + shortcut;
            inputs = width;
        }

        return filters;
    }

    private static bool Fits(DiagnosticBag diagnostics, SpecPlace place, string what, BigInteger values, string smaller)
    {
        if (values <= MaximumValues)
        {
            return true;
        }

        diagnostics.Report(DiagnosticRules.TooLarge, place, what, values, MaximumValues, smaller);
        return false;
    }
}
