namespace PatchMoE;

/// <summary>A convolution without bias, padded so that stride 1 keeps height and width.</summary>
/// <param name="Name">The prefix of its tensor's name; the tensor is <c>{Name}.weight</c>, [outputs, inputs, kernel, kernel].</param>
/// <param name="Inputs">The number of input channels.</param>
/// <param name="Outputs">The number of output channels.</param>
/// <param name="Kernel">The number of rows and of columns of a filter, odd.</param>
/// <param name="Stride">The step in pixels.</param>
/// <param name="Height">The number of rows of the output map.</param>
/// <param name="Width">The number of columns of the output map.</param>
internal sealed record ConvolutionShape(string Name, int Inputs, int Outputs, int Kernel, int Stride, int Height, int Width);

/// <summary>A batch norm over the channels of a map, followed by ReLU.</summary>
/// <param name="Name">
/// The prefix of its tensors' names: <c>weight</c> and <c>bias</c>, which are trained, <c>running_mean</c> and <c>running_var</c>; [channels] each.
/// </param>
/// <param name="Channels">The number of channels of the map.</param>
/// <param name="Height">The number of rows of the map.</param>
/// <param name="Width">The number of columns of the map.</param>
internal sealed record NormShape(string Name, int Channels, int Height, int Width);

/// <summary>A pre-activation residual block: BN-ReLU-Conv3×3-BN-ReLU-Conv3×3 plus the shortcut.</summary>
/// <param name="Norm1">Before the first convolution.</param>
/// <param name="Convolution1">Applies the stride and changes the number of channels.</param>
/// <param name="Norm2">Before the second convolution.</param>
/// <param name="Convolution2">Keeps the sizes.</param>
/// <param name="Shortcut">A 1×1 convolution of the output of <paramref name="Norm1"/>; null if the sizes do not change, and then the block's input is added.</param>
internal sealed record ResidualBlockShape(
    NormShape Norm1, ConvolutionShape Convolution1, NormShape Norm2, ConvolutionShape Convolution2, ConvolutionShape? Shortcut);

/// <summary>The sizes of a backbone, as derived from its spec.</summary>
/// <param name="Stem">The first convolution.</param>
/// <param name="Blocks">The residual blocks, in order.</param>
/// <param name="ReductionNorm">Before <paramref name="Reduction"/>; null without pMoE layers.</param>
/// <param name="Reduction">The convolution in place of the last group; null without pMoE layers.</param>
/// <param name="Norm">Before the average over the map; null if a pMoE layer passes its features to the head.</param>
internal sealed record BackboneShape(
    ConvolutionShape Stem, EquatableArray<ResidualBlockShape> Blocks, NormShape? ReductionNorm, ConvolutionShape? Reduction, NormShape? Norm)
{
    /// <summary>All convolutions, in the order of the network.</summary>
    public IEnumerable<ConvolutionShape> Convolutions =>
        new[] { Stem }
            .Concat(Blocks.SelectMany(block => new[] { block.Convolution1, block.Convolution2, block.Shortcut }))
            .Concat([Reduction])
            .OfType<ConvolutionShape>();

    /// <summary>All batch norms, in the order of the network.</summary>
    public IEnumerable<NormShape> Norms =>
        Blocks.SelectMany(block => new[] { block.Norm1, block.Norm2 }).Concat([ReductionNorm, Norm]).OfType<NormShape>();
}

/// <summary>Derives the sizes of a backbone.</summary>
internal static class BackboneShapes
{
    private const int Side = 3;

    private static readonly (string Name, ParameterRole Role)[] s_normTensors =
    [
        ("weight", ParameterRole.NormScale),
        ("bias", ParameterRole.NormShift),
        ("running_mean", ParameterRole.NormMean),
        ("running_var", ParameterRole.NormVariance),
    ];

    /// <summary>The map's size as written in messages, for example <c>8x8x80</c>.</summary>
    public static string MapText(this BackboneSpec backbone) =>
        backbone.Map() is var (height, width, channels) ? FormattableString.Invariant($"{height}x{width}x{channels}") : string.Empty;

    /// <summary>The rows, columns and channels of the map that a valid backbone computes from an image: the pMoE layer's input, or what is averaged.</summary>
    public static (int Height, int Width, int Channels) Map(this BackboneSpec backbone)
    {
        (int height, int width) = (backbone.Height, backbone.Width);
        for (int group = 1; group < backbone.Widths.Count; group++)
        {
            (height, width) = (Half(height), Half(width));
        }

        return (height, width, backbone.Widths[backbone.Widths.Count - 1]);
    }

    /// <summary>The sizes of the backbone of a valid model; null if it has none.</summary>
    public static BackboneShape? BackboneShape(this ModelSpec model)
    {
        if (model.Backbone is not { } backbone)
        {
            return null;
        }

        var stem = new ConvolutionShape("backbone.stem", backbone.Channels, backbone.Stem, Side, 1, backbone.Height, backbone.Width);
        var blocks = new List<ResidualBlockShape>();
        (int height, int width, int channels) = (backbone.Height, backbone.Width, backbone.Stem);
        int groups = backbone.Output is null ? backbone.Widths.Count : backbone.Widths.Count - 1;
        for (int group = 0; group < groups; group++)
        {
            for (int i = 0; i < backbone.Blocks; i++)
            {
                int stride = group > 0 && i == 0 ? 2 : 1;
                ResidualBlockShape block = Block($"backbone.groups.{group}.{i}", channels, backbone.Widths[group], stride, height, width);
                blocks.Add(block);
                (height, width, channels) = (block.Convolution2.Height, block.Convolution2.Width, block.Convolution2.Outputs);
            }
        }

        (int mapHeight, int mapWidth, int mapChannels) = backbone.Map();
        bool hasLayer = backbone.Output is not null;
        var input = (ImageInputSpec)model.Input;
        return new BackboneShape(
            stem,
            blocks.ToEquatableArray(),
            hasLayer ? new NormShape("backbone.reduction.norm", channels, height, width) : null,
            hasLayer ? new ConvolutionShape("backbone.reduction.convolution", channels, mapChannels, Side, 2, mapHeight, mapWidth) : null,
            backbone.Output switch
            {
                null => new NormShape("norm", mapChannels, mapHeight, mapWidth),
                LayerOutput.Map => new NormShape("norm", model.HeadInputs(), input.GridHeight, input.GridWidth),
                _ => null,
            });
    }

    /// <summary>The tensors of a backbone: filters in the order of the network, then the norms.</summary>
    internal static IEnumerable<(string Name, ParameterRole Role, EquatableArray<int> Shape)> Tensors(this BackboneShape shape) =>
        shape.Convolutions
            .Select(one => ($"{one.Name}.weight", ParameterRole.Filter, EquatableArray.Of(one.Outputs, one.Inputs, one.Kernel, one.Kernel)))
            .Concat(shape.Norms.SelectMany(norm => s_normTensors.Select(part => ($"{norm.Name}.{part.Name}", part.Role, EquatableArray.Of(norm.Channels)))));

    private static ResidualBlockShape Block(string name, int inputs, int outputs, int stride, int height, int width)
    {
        (int mapHeight, int mapWidth) = stride == 1 ? (height, width) : (Half(height), Half(width));
        return new ResidualBlockShape(
            new NormShape($"{name}.norm1", inputs, height, width),
            new ConvolutionShape($"{name}.convolution1", inputs, outputs, Side, stride, mapHeight, mapWidth),
            new NormShape($"{name}.norm2", outputs, mapHeight, mapWidth),
            new ConvolutionShape($"{name}.convolution2", outputs, outputs, Side, 1, mapHeight, mapWidth),
            stride == 1 && inputs == outputs ? null : new ConvolutionShape($"{name}.shortcut", inputs, outputs, 1, stride, mapHeight, mapWidth));
    }

    /// <summary>The size after a padded convolution of stride 2.</summary>
    private static int Half(int size) => (size - 1) / 2 + 1;
}
