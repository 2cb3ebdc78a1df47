using TorchSharp;
using static TorchSharp.torch;

namespace PatchMoE.TorchSharp.Operations;

/// <summary>A whole network in operations of torch.</summary>
/// <param name="model">The network.</param>
/// <param name="weight">Its tensors, by their names.</param>
internal sealed class NetworkOperations(ModelSpec model, Func<string, Tensor> weight)
{
    private readonly LayerOperations[] _layers = [.. model.Layers.Select((_, i) => new LayerOperations(model, i, weight))];

    /// <summary>The feature vectors [B, m], or the flattened map of the top layer [B, n·m]; and the sum of the auxiliary losses, or null if there are none.</summary>
    public (Tensor Features, Tensor? Auxiliary) Features(Tensor input, Tensor? lengths)
    {
        using DisposeScope scope = NewDisposeScope();
        (Tensor y, Tensor? counts) = ModuleInput.Patches(model, input, lengths);
        Tensor? auxiliary = null;
        for (int i = 0; i < _layers.Length; i++)
        {
            LayerOperations layer = _layers[i];
            if (layer.Windows is { } windows)
            {
                (y, counts) = (windows.Cut(y), windows.Valid(counts));
            }
            else if (i > 0)
            {
                // The groups' outputs are the patches of the next layer.
                (y, counts) = (y.reshape(-1, layer.Shape.Patches, layer.Shape.Dimension), counts is null ? null : Filled(counts, layer.Shape.Patches));
            }

            (y, Tensor? loss) = layer.Forward(y, counts);
            auxiliary = auxiliary is null ? loss : loss is null ? auxiliary : auxiliary + loss;
        }

        return (y.reshape(-1, model.HeadInputs()).MoveToOuterDisposeScope(), auxiliary?.MoveToOuterDisposeScope());
    }

    /// <summary>The valid patches of an upper layer's instances, int64 [N / n]: all up to the last that itself has a valid patch; what follows is padding.</summary>
    private static Tensor Filled(Tensor counts, int patches) =>
        ((counts.reshape(-1, patches) > 0).to(ScalarType.Int64) * arange(1, patches + 1, device: counts.device)).amax([1]);

    /// <summary>The routes of layer 0, int64 [B·T, k, l], [B·T, n, t] or [B·T, 1, 1], −1 for none.</summary>
    /// <exception cref="ArgumentException">Layer 0 does not route (dense).</exception>
    public Tensor Route(Tensor input, Tensor? lengths)
    {
        using IDisposable gradients = no_grad();
        using DisposeScope scope = NewDisposeScope();
        (Tensor patches, Tensor? counts) = ModuleInput.Patches(model, input, lengths);
        return _layers[0].Route(patches, counts).MoveToOuterDisposeScope();
    }
}
