using PatchMoE.Peers.Networks;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace PatchMoE.Peers.Torch.Stacks;

/// <summary>A layer that takes a map [B, channels, rows, columns] and gives one.</summary>
internal abstract class StackLayer : nn.Module<Tensor, Tensor>
{
    private readonly string _weightName;
    private readonly string _biasName;

    protected StackLayer(ComparedNetwork network, int index, bool channelsLast)
        : base($"layer{index}")
    {
        (Network, Index, Spec, Shape, ChannelsLast) = (network, index, network.Model.Layers[index], network.Model.LayerShapes()[index], channelsLast);
        (_weightName, _biasName) = ($"layers.{index}.experts.weight", $"layers.{index}.experts.bias");
        if (Spec.Window is { } window)
        {
            (Height, Width, Stride, Padding) = (window.Height, window.Width, [window.StrideHeight, window.StrideWidth], [window.PaddingHeight, window.PaddingWidth]);
        }
        else
        {
            var image = (ImageInputSpec)network.Model.Input;
            (Height, Width, Stride, Padding) = (image.PatchHeight, image.PatchWidth, [image.StrideHeight, image.StrideWidth], [0, 0]);
        }

        Experts = ReadFilters(_weightName);
        ExpertsBias = new Parameter(tensor(network.Weights[_biasName].Values));
        register_parameter("experts", Experts.Weight);
        register_parameter("bias", ExpertsBias);
    }

    protected ComparedNetwork Network { get; }

    protected int Index { get; }

    protected LayerSpec Spec { get; }

    protected LayerShape Shape { get; }

    protected bool ChannelsLast { get; }

    /// <summary>Rows of a window.</summary>
    protected int Height { get; }

    /// <summary>Columns of a window.</summary>
    protected int Width { get; }

    protected long[] Stride { get; }

    protected long[] Padding { get; }

    /// <summary>Of k·M rows.</summary>
    protected Filters Experts { get; }

    /// <summary>[k·M].</summary>
    protected Parameter ExpertsBias { get; }

    /// <summary>The gradient of a weight of this layer, by its name in the weights file; null if it has no such weight.</summary>
    public virtual Tensor? Gradient(string tensorName) => tensorName == _weightName ? Experts.Gradient : tensorName == _biasName ? ExpertsBias.grad : null;

    protected Filters ReadFilters(string name) => new(Network.Weights[name], Height, Width, ChannelsLast);

    /// <summary>The activations of all neurons on all windows, [B, k·M, rows, columns].</summary>
    protected Tensor Activations(Tensor map) => nn.functional.conv2d(map, Experts.AsConvolution, ExpertsBias, strides: Stride, padding: Padding).relu_();
}
