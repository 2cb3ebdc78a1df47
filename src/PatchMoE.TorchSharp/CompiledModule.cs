using System.Runtime.CompilerServices;
using PatchMoE.Kernels;
using PatchMoE.TorchSharp.Operations;
using TorchSharp;
using static TorchSharp.torch;

namespace PatchMoE.TorchSharp;

/// <summary>
/// A compiled network as a module: the base of the module that the generator emits into each model, and usable for any compiled model. float32
/// tensors on the CPU go through the emitted kernels, as spans over the tensors' own memory; other tensors go through the operations of
/// <see cref="TorchPatchMoE"/>, which is reported once. So do passes with gradients of a network with auxiliary losses, whose kernels do not give
/// <see cref="PatchMoEModule.AuxiliaryLoss"/>. The parameters share the model's own buffer, so an optimizer's step needs no copy either.
/// </summary>
public class CompiledModule : PatchMoEModule
{
    private readonly IPatchMoEModel _model;
    private readonly Workspace _workspace;
    private readonly NetworkOperations _operations;
    private Exception? _backwardFailure;
    private bool _noticed;

    /// <summary>Creates the module on the CPU.</summary>
    /// <param name="model">The model; the module takes ownership of it and its current weights.</param>
    /// <param name="output">Whether it is a whole network or a layer without a head.</param>
    /// <param name="threads">The number of threads that share a pass; 0 for as many as torch uses.</param>
    /// <exception cref="ArgumentException">The model is not compiled.</exception>
    /// <exception cref="BadInputException">libtorch cannot be loaded here.</exception>
    public CompiledModule(IPatchMoEModel model, ModuleOutput output = ModuleOutput.Logits, int threads = 0)
        : base(model.Spec, output)
    {
        _model = model;
        _operations = new NetworkOperations(Spec.Model, Weight);
        AlignedBuffer<float> buffer = (model as ICompiledModel)?.Network.ParameterBuffer ?? throw new ArgumentException($"{model.GetType().Name} is not a compiled model.", nameof(model));
        foreach (ParameterSpec spec in TensorSpecs)
        {
            long[] shape = [.. spec.Shape.Select(size => (long)size)];
            Register(spec, frombuffer(buffer.Array, ScalarType.Float32, spec.Length, buffer.ArrayStart + spec.Offset).reshape(shape));
        }

        _workspace = model.CreateWorkspace(threads > 0 ? threads : get_num_threads());
    }

    /// <summary>Called once by each module that uses torch's operations instead of the emitted kernels, with the reason; writes to standard error by default.</summary>
    public static Action<string> Notice { get; set; } = Console.Error.WriteLine;

    /// <summary>The model that computes, with the module's current weights.</summary>
    public IPatchMoEModel GetModel()
    {
        TakeWeights();
        return _model;
    }

    /// <summary>m or C: the number of values in one sample's output.</summary>
    internal int OutputLength(bool features) => features ? _model.FeatureLength : _model.Outputs;

    /// <inheritdoc/>
    public override Tensor Features(Tensor input, Tensor? lengths = null) =>
        Kernels(input) ? Compute(input, lengths, features: true) : Keep(_operations.Features(input, lengths));

    private protected override Tensor Logits(Tensor input, Tensor? lengths) =>
        Kernels(input) ? Compute(input, lengths, features: false) : base.Logits(input, lengths);

    /// <summary>The emitted forward pass.</summary>
    internal void Forward(ReadOnlySpan<float> input, ReadOnlySpan<int> lengths, bool features, Span<float> output)
    {
        TakeWeights();
        if (features)
        {
            _model.Features(input, output, _workspace, lengths);
        }
        else
        {
            _model.Forward(input, output, _workspace, lengths);
        }
    }

    /// <summary>The emitted backward pass, which recomputes the forward pass: nothing is kept between the two.</summary>
    internal void Backward(
        ReadOnlySpan<float> input, ReadOnlySpan<int> lengths, bool features, ReadOnlySpan<float> outputGradient, Span<float> gradients, Span<float> inputGradient)
    {
        if (features)
        {
            _model.BackwardFeatures(input, outputGradient, gradients, _workspace, inputGradient, lengths);
        }
        else
        {
            _model.Backward(input, outputGradient, gradients, _workspace, inputGradient, lengths);
        }
    }

    /// <summary>The length of a gradient buffer.</summary>
    internal int GradientLength => Spec.Model.NetworkLength();

    /// <summary>Keeps the exception of a backward pass, which cannot propagate through libtorch; the next forward pass throws it.</summary>
    internal void KeepFailure(Exception failure) => _backwardFailure ??= failure;

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _workspace.Dispose();
        }

        base.Dispose(disposing);
    }

    private Tensor Compute(Tensor input, Tensor? lengths, bool features)
    {
        if (_backwardFailure is { } failure)
        {
            _backwardFailure = null;
            throw new InvalidOperationException($"The last backward pass of {Spec.Name} failed, and its gradients are NaN: {failure.Message}", failure);
        }

        ModuleInput.Batch(Spec.Model, input);
        AuxiliaryLoss = null;
        return PassFunction.Apply(this, input, lengths, features);
    }

    /// <summary>Whether the emitted kernels can be used: input and weights are float32 on the CPU, and no auxiliary loss is wanted.</summary>
    private bool Kernels(Tensor input)
    {
        Tensor weight = Weight(TensorSpecs[0].Name);
        bool here = IsHost(input) && IsHost(weight);
        bool auxiliary = is_grad_enabled() && Spec.Model.Layers.Any(layer => layer.Choice is { HasAuxiliaryLoss: true });
        if ((!here || auxiliary) && !_noticed)
        {
            _noticed = true;
            Notice(here
                ? $"{Spec.Name}: a pass with gradients and auxiliary losses: computed by torch's operations, whose graph includes the losses; the emitted kernels compute passes without gradients."
                : $"{Spec.Name}: input {input.dtype} on {input.device}, weights {weight.dtype} on {weight.device}: computed by torch's operations; the emitted kernels are for float32 on the CPU.");
        }

        return here && !auxiliary;
    }

    private static bool IsHost(Tensor values) => values.device_type == DeviceType.CPU && values.dtype == ScalarType.Float32;

    /// <summary>Weights that were moved away and back (<c>to</c>) no longer share the model's buffer: their values are copied to it.</summary>
    private void TakeWeights()
    {
        foreach (ParameterSpec spec in TensorSpecs)
        {
            Span<float> place = _model.Parameters.Slice(spec.Offset, spec.Length);
            Tensor weight = Weight(spec.Name);
            if (!IsHost(weight) || !weight.is_contiguous() || !Unsafe.AreSame(ref TensorValues.Of<float>(weight)[0], ref place[0]))
            {
                TensorValues.Read(weight, place);
            }
        }
    }
}
