using PatchMoE.TorchSharp.Operations;
using TorchSharp;
using static TorchSharp.torch;

namespace PatchMoE.TorchSharp;

/// <summary>
/// Any network by operations of torch and its autograd alone, made from a spec at run time, on every device of torch and in any floating type. It
/// shares no arithmetic with the emitted code or the reference, so it is an independent check of both.
/// </summary>
public sealed class TorchPatchMoE : PatchMoEModule
{
    private readonly LayerShape[] _shapes;

    /// <summary>Makes the module with initial weights (see <see cref="WeightInitializer"/>), on the CPU.</summary>
    /// <param name="spec">A valid spec; <see cref="TrainingSpec.Init"/> gives the standard deviations.</param>
    /// <param name="output">Whether it is a whole network or a layer without head.</param>
    /// <param name="seed">The seed of the weights.</param>
    /// <exception cref="BadInputException">libtorch cannot be loaded here.</exception>
    public TorchPatchMoE(PatchMoESpec spec, ModuleOutput output = ModuleOutput.Logits, ulong seed = 1)
        : base(spec, output)
    {
        _shapes = [.. spec.Model.LayerShapes()];
        foreach (ParameterSpec tensor in TensorSpecs)
        {
            Register(tensor, zeros([.. tensor.Shape.Select(size => (long)size)]));
        }

        var initial = new float[ModelParameters.BufferLength(spec.Model.Parameters())];
        WeightInitializer.Initialize(spec, seed, initial);
        SetWeights(initial.AsSpan(0, BufferLength));
    }

    /// <summary>Which patches each expert of layer 0 takes, best first.</summary>
    /// <param name="input">As in <see cref="PatchMoEModule.forward(Tensor)"/>.</param>
    /// <param name="lengths">As in <see cref="PatchMoEModule.forward(Tensor, Tensor)"/>.</param>
    /// <returns>int64 [B·T, k, l], −1 where an expert has fewer valid patches; for sample routing the expert, [B·T, 1, 1].</returns>
    /// <exception cref="ArgumentException">A shape is not the network's, a count is out of range, or layer 0 routes nothing (dense).</exception>
    public Tensor Route(Tensor input, Tensor? lengths = null)
    {
        using IDisposable gradients = no_grad();
        using DisposeScope scope = NewDisposeScope();
        (Tensor patches, Tensor? counts) = ModuleInput.Patches(Spec.Model, input, lengths);
        return Layer(0).Route(Router(0)!, patches, counts).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override Tensor Features(Tensor input, Tensor? lengths = null)
    {
        using DisposeScope scope = NewDisposeScope();
        (Tensor x, Tensor? counts) = ModuleInput.Patches(Spec.Model, input, lengths);
        Tensor y = Layer(0).Forward(Router(0), Experts(0), Bias(0), x, counts);
        for (int i = 1; i < _shapes.Length; i++)
        {
            // The groups' outputs are the patches of the next layer.
            y = Layer(i).Forward(Router(i), Experts(i), Bias(i), y.reshape(-1, _shapes[i].Patches, _shapes[i].Dimension), lengths: null);
        }

        return y.MoveToOuterDisposeScope();
    }

    private protected override Tensor Logits(Tensor input, Tensor? lengths)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor? bias = Spec.Model.Head.Bias ? Weight("head.bias") : null;
        return nn.functional.linear(Features(input, lengths), Weight("head.weight"), bias).MoveToOuterDisposeScope();
    }

    private LayerOperations Layer(int i) => new(Spec.Model.Layers[i], _shapes[i]);

    private Tensor? Router(int i) => Spec.Model.Layers[i].Routing == Routing.Dense ? null : Weight($"layers.{i}.router.weight");

    private Tensor Experts(int i) => Weight($"layers.{i}.experts.weight");

    private Tensor? Bias(int i) => Spec.Model.Layers[i].Bias ? Weight($"layers.{i}.experts.bias") : null;
}
