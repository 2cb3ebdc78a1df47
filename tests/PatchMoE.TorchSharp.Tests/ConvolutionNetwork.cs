using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace PatchMoE.TorchSharp.Tests;

/// <summary>A pMoE layer on the 8 × 8 map of a convolution: 4 × 4 patches, step 2, of 6 channels.</summary>
[PatchMoE]
[ImageInput(8, 8, Channels = 6, Patch = 4, Stride = 2)]
[ExpertLayer(Experts = 4, PatchesPerExpert = 3, NeuronsPerExpert = 5, Gate = Gate.SoftmaxSelected, Bias = true)]
[FixedHead(HeadWeights.Gaussian)]
internal sealed partial class MapExperts;

/// <summary>Convolution, pMoE layer, linear classifier.</summary>
internal sealed class ConvolutionNetwork : nn.Module<Tensor, Tensor>
{
    private readonly Conv2d _convolution = nn.Conv2d(2, 6, kernel_size: 3, padding: 1);
    private readonly PatchMoEModule _experts;
    private readonly Linear _classifier = nn.Linear(20, 3);

    public ConvolutionNetwork(PatchMoEModule experts)
        : base(nameof(ConvolutionNetwork))
    {
        _experts = experts;
        RegisterComponents();
    }

    /// <summary>[B, 2, 8, 8] → [B, 3].</summary>
    public override Tensor forward(Tensor input)
    {
        using DisposeScope scope = NewDisposeScope();

        // Channels last in memory: channels-first ones meet a fault of oneDNN (docs/torch.md).
        Tensor pixels = input.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2);
        Tensor map = nn.functional.tanh(_convolution.forward(pixels)).permute(0, 2, 3, 1);
        return _classifier.forward(_experts.forward(map)).MoveToOuterDisposeScope();
    }
}
