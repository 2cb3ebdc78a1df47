namespace PatchMoE;

/// <summary>
/// The floating-point operations of a backbone's convolutions for one image; a multiply-add counts as two. Batch norm, ReLU, shortcut additions and the
/// average over the map are not counted: their cost has no factor of the number of channels.
/// </summary>
/// <param name="Convolutions">The forward pass of each convolution, in the order of the network: 2·H·W·kernel²·inputs·outputs.</param>
internal sealed record BackboneCost(EquatableArray<long> Convolutions)
{
    /// <summary>The forward pass.</summary>
    public long Forward => Convolutions.Sum();

    /// <summary>The gradients with respect to all filters: as many as <see cref="Forward"/>.</summary>
    public long WeightGradients => Forward;

    /// <summary>The gradients with respect to the maps between the convolutions, but not to the image: as many as <see cref="Forward"/> without the first.</summary>
    public long MapGradients => Forward - Convolutions[0];

    /// <summary>The gradient with respect to the image, if requested.</summary>
    public long InputGradient => Convolutions[0];

    /// <summary>The cost of one convolution's forward pass.</summary>
    /// <param name="convolution">Its sizes.</param>
    public static long Of(ConvolutionShape convolution) =>
        2L * convolution.Height * convolution.Width * convolution.Kernel * convolution.Kernel * convolution.Inputs * convolution.Outputs;

    /// <summary>The cost of a backbone.</summary>
    /// <param name="shape">Its sizes.</param>
    public static BackboneCost Of(BackboneShape shape) => new(shape.Convolutions.Select(Of).ToEquatableArray());
}
