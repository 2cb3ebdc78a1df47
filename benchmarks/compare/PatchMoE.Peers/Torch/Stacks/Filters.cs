using PatchMoE.Formats;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace PatchMoE.Peers.Torch.Stacks;

/// <summary>Weight rows as the filters of a convolution, in one of torch's two memory formats. A weights file has them as a window flattens: row, column, channel.</summary>
internal sealed class Filters
{
    private readonly bool _channelsLast;

    /// <param name="rows">[…, d].</param>
    /// <param name="height">Rows of a window.</param>
    /// <param name="width">Columns of a window.</param>
    /// <param name="channelsLast">Whether channels lie innermost; else columns do.</param>
    public Filters(NamedTensor rows, int height, int width, bool channelsLast)
    {
        _channelsLast = channelsLast;
        int channels = rows.Shape[^1] / (height * width);
        Tensor filters = tensor(rows.Values, [rows.Values.Length / rows.Shape[^1], height, width, channels]);
        Weight = new Parameter(channelsLast ? filters : filters.permute(0, 3, 1, 2).contiguous());
    }

    /// <summary>The trained weight.</summary>
    public Parameter Weight { get; }

    /// <summary>[rows, channels, height, width].</summary>
    public Tensor AsConvolution => _channelsLast ? Weight.permute(0, 3, 1, 2) : Weight;

    /// <summary>The gradient as in a weights file.</summary>
    public Tensor Gradient => _channelsLast ? Weight.grad! : Weight.grad!.permute(0, 2, 3, 1);
}
