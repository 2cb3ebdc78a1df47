using TorchSharp;
using static TorchSharp.torch;

namespace PatchMoE.TorchSharp.Operations;

/// <summary>A whole network in operations of torch.</summary>
/// <param name="model">The network.</param>
/// <param name="weight">Its tensors, by their names.</param>
internal sealed class NetworkOperations(ModelSpec model, Func<string, Tensor> weight)
{
    private readonly LayerOperations[] _layers = [.. model.Layers.Select((_, i) => new LayerOperations(model, i, weight))];

    /// <summary>The feature vectors [B, m].</summary>
    public Tensor Features(Tensor input, Tensor? lengths)
    {
        using DisposeScope scope = NewDisposeScope();
        (Tensor x, Tensor? counts) = ModuleInput.Patches(model, input, lengths);
        Tensor y = _layers[0].Forward(x, counts);
        foreach (LayerOperations layer in _layers.Skip(1))
        {
            // The groups' outputs are the patches of the next layer.
            counts = counts is null ? null : Filled(counts, layer.Shape.Patches);
            y = layer.Forward(y.reshape(-1, layer.Shape.Patches, layer.Shape.Dimension), counts);
        }

        return y.MoveToOuterDisposeScope();
    }

    /// <summary>The valid patches of an upper layer's instances, int64 [N / n]: all up to the last that itself has a valid patch; what follows is padding.</summary>
    private static Tensor Filled(Tensor counts, int patches) =>
        ((counts.reshape(-1, patches) > 0).to(ScalarType.Int64) * arange(1, patches + 1, device: counts.device)).amax([1]);

    /// <summary>The routes of layer 0, int64 [B·T, k, l] or [B·T, 1, 1], −1 for none.</summary>
    /// <exception cref="ArgumentException">Layer 0 does not route (dense).</exception>
    public Tensor Route(Tensor input, Tensor? lengths)
    {
        using IDisposable gradients = no_grad();
        using DisposeScope scope = NewDisposeScope();
        (Tensor patches, Tensor? counts) = ModuleInput.Patches(model, input, lengths);
        return _layers[0].Route(patches, counts).MoveToOuterDisposeScope();
    }
}
