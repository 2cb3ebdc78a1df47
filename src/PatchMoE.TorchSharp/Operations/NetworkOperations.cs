using TorchSharp;
using static TorchSharp.torch;

namespace PatchMoE.TorchSharp.Operations;

/// <summary>A whole network in operations of torch.</summary>
/// <param name="model">The network.</param>
/// <param name="weight">Its tensors, by their names.</param>
internal sealed class NetworkOperations(ModelSpec model, Func<string, Tensor> weight)
{
    private readonly LayerShape[] _shapes = [.. model.LayerShapes()];

    /// <summary>The logits [B, C].</summary>
    public Tensor Logits(Tensor input, Tensor? lengths)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor? bias = model.Head.Bias ? weight("head.bias") : null;
        return nn.functional.linear(Features(input, lengths), weight("head.weight"), bias).MoveToOuterDisposeScope();
    }

    /// <summary>The feature vectors [B, m].</summary>
    public Tensor Features(Tensor input, Tensor? lengths)
    {
        using DisposeScope scope = NewDisposeScope();
        (Tensor x, Tensor? counts) = ModuleInput.Patches(model, input, lengths);
        Tensor y = Layer(0).Forward(Router(0), Experts(0), Bias(0), x, counts);
        for (int i = 1; i < _shapes.Length; i++)
        {
            // The groups' outputs are the patches of the next layer.
            y = Layer(i).Forward(Router(i), Experts(i), Bias(i), y.reshape(-1, _shapes[i].Patches, _shapes[i].Dimension), lengths: null);
        }

        return y.MoveToOuterDisposeScope();
    }

    /// <summary>The routes of layer 0, int64 [B·T, k, l] or [B·T, 1, 1], −1 for none.</summary>
    /// <exception cref="ArgumentException">Layer 0 does not route (dense).</exception>
    public Tensor Route(Tensor input, Tensor? lengths)
    {
        using IDisposable gradients = no_grad();
        using DisposeScope scope = NewDisposeScope();
        (Tensor patches, Tensor? counts) = ModuleInput.Patches(model, input, lengths);
        return Layer(0).Route(Router(0), patches, counts).MoveToOuterDisposeScope();
    }

    private LayerOperations Layer(int i) => new(model.Layers[i], _shapes[i]);

    private Tensor? Router(int i) => model.Layers[i].Routing == Routing.Dense ? null : weight($"layers.{i}.router.weight");

    private Tensor Experts(int i) => weight($"layers.{i}.experts.weight");

    private Tensor? Bias(int i) => model.Layers[i].Bias ? weight($"layers.{i}.experts.bias") : null;
}
