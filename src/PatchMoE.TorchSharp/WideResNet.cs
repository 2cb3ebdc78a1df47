using PatchMoE.Initialization;
using PatchMoE.TorchSharp.Operations;
using TorchSharp;
using static TorchSharp.torch;

namespace PatchMoE.TorchSharp;

/// <summary>
/// A Wide ResNet (Zagoruyko and Komodakis, 2016), plain or with a pMoE layer in place of its last group (WRN-pMoE: Chowdhury et al., ICML 2023), according to
/// the spec; convolutions and batch norms by torch. Its tensors have the names used in weights files: <c>backbone.groups.0.0.convolution1.weight</c>,
/// <c>layers.0.router.weight</c>, <c>norm.running_mean</c>, …; a batch norm's statistics are buffers. In training mode batch norms use the batch's
/// statistics and update the running ones, which they use in evaluation mode.
/// </summary>
public sealed class WideResNet : PatchMoEModule
{
    private const double NormEpsilon = 1e-5;
    private const double NormMomentum = 0.1;

    /// <summary>
    /// If there are fewer channels than vector lanes, the oneDNN of libtorch 2.10 writes past its workspace in the weight gradient of a 1 × 1 convolution with a stride
    /// (uxlfoundation/oneDNN#6035). There the pixels are taken first; with more channels that would only cost time.
    /// </summary>
    private const int FewChannels = 16;

    private readonly BackboneShape _backbone;
    private readonly LayerOperations? _layer;

    /// <summary>Creates the module with initial weights (see <see cref="WeightInitializer"/>), on the CPU.</summary>
    /// <param name="spec">A valid spec with a backbone; <see cref="TrainingSpec.Init"/> gives the standard deviations of layer and head.</param>
    /// <param name="seed">The seed of the weights.</param>
    /// <exception cref="ArgumentException">The spec has no backbone.</exception>
    /// <exception cref="BadInputException">libtorch cannot be loaded here.</exception>
    public WideResNet(PatchMoESpec spec, ulong seed = 1)
        : base(spec, ModuleOutput.Logits)
    {
        _backbone = spec.Model.BackboneShape() ?? throw new ArgumentException($"{spec.Name} has no backbone.", nameof(spec));
        _layer = spec.Model.LayerShapes() is [_] ? new LayerOperations(spec.Model, 0, Weight) : null;
        RegisterInitialized(seed);
    }

    /// <inheritdoc/>
    /// <remarks>Features are the head's input: the pMoE layer's output, or the average over the map. All patches are valid: there are no lengths.</remarks>
    public override Tensor Features(Tensor input, Tensor? lengths = null)
    {
        RequireNoLengths(lengths);
        using DisposeScope scope = NewDisposeScope();
        Tensor map = Map(input);
        if (_layer is not null)
        {
            Tensor patches = Patches(_layer, map);
            if (Spec.Model.Backbone!.Output == LayerOutput.Features)
            {
                Tensor features = Keep(_layer.Forward(patches, lengths: null));
                AuxiliaryLoss?.MoveToOuterDisposeScope();
                return features.MoveToOuterDisposeScope();
            }

            // [B, n, m] → [B, m, n]: channels first, as torch's batch norm expects.
            map = Keep(_layer.Map(patches)).transpose(1, 2).unsqueeze(3);
            AuxiliaryLoss?.MoveToOuterDisposeScope();
        }

        return NormRelu(_backbone.Norm!, map).mean([2, 3]).MoveToOuterDisposeScope();
    }

    /// <summary>Which patches of the map each expert takes, best first.</summary>
    /// <param name="input">As in <see cref="PatchMoEModule.forward(Tensor)"/>.</param>
    /// <param name="lengths">Null: all patches are valid.</param>
    /// <returns>int64 [B, k, l]; for sample routing the expert, [B, 1, 1].</returns>
    /// <exception cref="ArgumentException">The input's shape is not the network's, or no layer routes.</exception>
    public Tensor Route(Tensor input, Tensor? lengths = null)
    {
        RequireNoLengths(lengths);
        LayerOperations layer = _layer ?? throw new ArgumentException($"{Spec.Name} has no pMoE layer, so it has no routes.");
        using IDisposable gradients = no_grad();
        using DisposeScope scope = NewDisposeScope();
        return layer.Route(Patches(layer, Map(input)), lengths: null).MoveToOuterDisposeScope();
    }

    /// <summary>The backbone's map [B, channels, height, width] of images [B, H, W, C].</summary>
    private Tensor Map(Tensor input)
    {
        BackboneSpec sizes = Spec.Model.Backbone!;
        long batch = ModuleInput.Batch(Spec.Model, input);
        Tensor x = Convolve(_backbone.Stem, input.reshape(batch, sizes.Height, sizes.Width, sizes.Channels).permute(0, 3, 1, 2));
        foreach (ResidualBlockShape block in _backbone.Blocks)
        {
            x = Residual(block, x);
        }

        return _backbone is { ReductionNorm: { } norm, Reduction: { } reduction } ? Convolve(reduction, NormRelu(norm, x)) : x;
    }

    /// <summary>The map's patches [B, n, d].</summary>
    private Tensor Patches(LayerOperations layer, Tensor map) =>
        ModuleInput.Patches((ImageInputSpec)Spec.Model.Input, map.permute(0, 2, 3, 1)).reshape(map.shape[0], layer.Shape.Patches, layer.Shape.Dimension);

    private Tensor Residual(ResidualBlockShape block, Tensor x)
    {
        Tensor active = NormRelu(block.Norm1, x);
        Tensor shortcut = block.Shortcut is null ? x : Convolve(block.Shortcut, active);
        return Convolve(block.Convolution2, NormRelu(block.Norm2, Convolve(block.Convolution1, active))) + shortcut;
    }

    private Tensor Convolve(ConvolutionShape convolution, Tensor x)
    {
        (long stride, long padding) = (convolution.Stride, convolution.Kernel / 2);
        Tensor weight = Weight($"{convolution.Name}.weight");
        if (convolution is { Kernel: > 1, Inputs: 1 } && x.requires_grad)
        {
            // A single channel counts as channels first, for which oneDNN's input gradient may be wrong where the system hides the sizes of its caches
            // (uxlfoundation/oneDNN#5313). A channel of zeros makes it channels last.
            (x, weight) = (WithZeroChannel(x), WithZeroChannel(weight));
        }

        if (convolution is { Kernel: 1, Stride: > 1, Inputs: < FewChannels })
        {
            (x, stride) = (x.slice(2, 0, long.MaxValue, stride).slice(3, 0, long.MaxValue, stride), 1);
        }

        return nn.functional.conv2d(x, weight, strides: [stride, stride], padding: [padding, padding]);
    }

    private static Tensor WithZeroChannel(Tensor values) => cat([values, zeros_like(values)], 1).permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2);

    private Tensor NormRelu(NormShape norm, Tensor x) => nn.functional.batch_norm(
        x,
        Weight($"{norm.Name}.running_mean"),
        Weight($"{norm.Name}.running_var"),
        Weight($"{norm.Name}.weight"),
        Weight($"{norm.Name}.bias"),
        training,
        NormMomentum,
        NormEpsilon).relu();

    private static void RequireNoLengths(Tensor? lengths)
    {
        if (lengths is not null)
        {
            throw new ArgumentException("Every patch of a backbone's map is valid: leave lengths out.", nameof(lengths));
        }
    }
}
