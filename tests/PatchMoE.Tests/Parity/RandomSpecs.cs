namespace PatchMoE.Tests.Parity;

/// <summary>Valid networks of every kind with awkward sizes, drawn from a seed.</summary>
/// <param name="seed">Which network.</param>
/// <param name="parts">What it may have beyond one pooled layer, or one for each level of groups, of expert choice, dense or sample routing.</param>
internal sealed partial class RandomSpecs(int seed, RandomSpecs.Parts parts = RandomSpecs.Parts.None)
{
    private readonly Random _random = new(seed);

    /// <summary>Kinds of layers that are drawn only where they are asked for.</summary>
    [Flags]
    public enum Parts
    {
        None = 0,

        /// <summary>Most layers have token choice.</summary>
        TokenChoice = 1,

        /// <summary>One to four layers on a sequence or an image, each but the last and some of the last with a map.</summary>
        Stacks = 2,
    }

    public PatchMoESpec Draw() => new($"Random{seed}", parts.HasFlag(Parts.Stacks) ? DrawStack() : DrawLevels());

    private ModelSpec DrawLevels()
    {
        InputSpec input = DrawInput(out int patches, out int levels, out EquatableArray<int> groups);
        var layers = new List<LayerSpec>();
        for (int i = 0; i < levels; i++)
        {
            layers.Add(DrawLayer(patches));
            patches = i < groups.Count ? groups[groups.Count - 1 - i] : 1;
        }

        (HeadSpec head, Loss loss) = DrawHead(layers[^1].Experts);
        return new ModelSpec(input, layers.ToEquatableArray(), head, loss);
    }

    private InputSpec DrawInput(out int patches, out int levels, out EquatableArray<int> groups)
    {
        groups = default;
        levels = 1;
        if (_random.Next(2) == 0)
        {
            ImageInputSpec image = DrawImage();
            patches = image.GridHeight * image.GridWidth;
            return image;
        }

        patches = Of(1, 2, 3, 5, 8, 13, 16, 31, 64);
        if (_random.Next(3) == 0)
        {
            groups = _random.Next(3) == 0 ? EquatableArray.Of(Of(1, 2, 3), Of(1, 2, 5)) : EquatableArray.Of(Of(1, 2, 4, 7));
            levels = groups.Count + 1;
        }

        return new VectorsInputSpec(patches, Of(1, 2, 3, 4, 7, 8, 11, 15, 16, 17, 31, 33, 67, 130), groups);
    }

    private ImageInputSpec DrawImage()
    {
        int patchHeight = Of(1, 2, 3, 5);
        int patchWidth = Of(1, 2, 3, 4, 5);
        int strideHeight = _random.Next(2) == 0 ? patchHeight : Of(1, 2, 3, 6);
        int strideWidth = _random.Next(2) == 0 ? patchWidth : Of(1, 2, 3, 6);
        int height = patchHeight + (strideHeight * Of(0, 1, 2, 3)) + _random.Next(strideHeight);
        int width = _random.Next(5) == 0 ? patchWidth : patchWidth + (strideWidth * Of(0, 1, 2, 3)) + _random.Next(strideWidth);
        return new ImageInputSpec(height, width, Of(1, 2, 3, 4, 16, 19), patchHeight, patchWidth, strideHeight, strideWidth);
    }

    private LayerSpec DrawLayer(int patches) =>
        DrawLayer(patches, experts: Of(1, 2, 3, 4, 5, 7, 8), neurons: Of(1, 2, 3, 4, 5, 7, 9, 14, 16, 17, 31, 33, 48));

    private LayerSpec DrawLayer(int patches, int experts, int neurons)
    {
        bool bias = _random.Next(2) == 0;
        if (parts.HasFlag(Parts.TokenChoice) && _random.Next(4) > 0)
        {
            return DrawTokenChoice(new LayerSpec(Routing.TokenChoice, experts, neurons, Bias: bias));
        }

        return _random.Next(6) switch
        {
            0 => new LayerSpec(Routing.Dense, experts, neurons, Bias: bias),
            1 => new LayerSpec(Routing.Sample, experts, neurons, Bias: bias),
            _ => new LayerSpec(
                Routing.ExpertChoice,
                experts,
                neurons,
                _random.Next(4) == 0 ? patches : 1 + _random.Next(patches),
                (Gate)_random.Next(4),
                (Pooling)_random.Next(3),
                bias),
        };
    }

    private (HeadSpec Head, Loss Loss) DrawHead(int experts)
    {
        switch (_random.Next(4))
        {
            case 0:
                HeadWeights weights = experts == 2 && _random.Next(2) == 0 ? HeadWeights.Sign : HeadWeights.Gaussian;
                return (new HeadSpec(HeadKind.Fixed, 1, weights), Loss.Logistic);
            case 1:
                return (new HeadSpec(HeadKind.Linear, 1, Bias: _random.Next(2) == 0), Loss.Logistic);
            default:
                return (new HeadSpec(HeadKind.Linear, Of(2, 3, 5, 10, 17), Bias: _random.Next(2) == 0), Loss.SoftmaxCrossEntropy);
        }
    }

    private int Of(params int[] values) => values[_random.Next(values.Length)];
}
