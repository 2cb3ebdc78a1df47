using PatchMoE.Kernels;
using PatchMoE.Training.Data;
using PatchMoE.Training.Engines;
using PatchMoE.Training.Optimizers;
using TorchSharp;
using static TorchSharp.torch;

namespace PatchMoE.TorchSharp;

/// <summary>
/// A network on libtorch: the module <see cref="TorchPatchMoE"/>, or with a backbone <see cref="WideResNet"/>, with torch's autograd and optimizers. Its results do not depend on our kernels, and
/// may differ in the last bits between machines and with the number of threads. Batch norms of a backbone use their running statistics everywhere
/// except in <see cref="Step"/>, which uses the batch's and updates the running ones.
/// </summary>
public sealed class TorchEngine : IGradientEngine
{
    private readonly PatchMoEModule _module;
    private readonly Func<Tensor, Tensor?, Tensor> _route;
    private readonly Device _device;
    private readonly HostBatch _batch;
    private TorchOptimizer? _optimizer;

    /// <summary>Creates the module on a device; its weights are 0.</summary>
    /// <param name="spec">A valid spec; only its name and model are used.</param>
    /// <param name="device">A name of <see cref="TorchDevices.Names"/>; null for the CPU.</param>
    /// <param name="threads">The number of torch's CPU threads, ≥ 1; it applies to the process, not only to the engine.</param>
    /// <exception cref="BadInputException">There is no such device, or libtorch cannot be loaded here.</exception>
    public TorchEngine(PatchMoESpec spec, string? device = null, int threads = 1)
    {
        _device = TorchDevices.Of(device);
        set_num_threads(threads);
        _batch = new HostBatch(spec.Model);
        (_module, _route) = Make(spec);
        _module.to(_device);
    }

    /// <inheritdoc/>
    public PatchMoESpec Spec => _module.Spec;

    /// <inheritdoc/>
    public string Device => _device.type == DeviceType.CPU
        ? $"libtorch {__version__} on the CPU, {get_num_threads()} {(get_num_threads() == 1 ? "thread" : "threads")}"
        : $"libtorch {__version__} on {_device}";

    /// <inheritdoc/>
    public void SetParameters(ReadOnlySpan<float> parameters) => _module.SetWeights(parameters[..NetworkLength(parameters.Length)]);

    /// <inheritdoc/>
    public void GetParameters(Span<float> parameters) => _module.GetWeights(parameters[..NetworkLength(parameters.Length)]);

    /// <inheritdoc/>
    public void Forward(ReadOnlySpan<float> input, Span<float> logits, ReadOnlySpan<int> lengths = default)
    {
        using IDisposable gradients = no_grad();
        using DisposeScope scope = NewDisposeScope();
        int batch = logits.Length / Spec.Model.Head.Outputs;
        _module.eval();
        TensorValues.Read(_module.forward(Input(input, batch), Lengths(lengths)), logits);
    }

    /// <inheritdoc/>
    public double LossAndGradients(
        ReadOnlySpan<float> input,
        ReadOnlySpan<int> labels,
        Span<float> logits,
        Span<float> gradients,
        Span<float> inputGradient = default,
        ReadOnlySpan<int> lengths = default)
    {
        using DisposeScope scope = NewDisposeScope();
        _module.eval();
        Tensor x = Input(input, labels.Length).requires_grad_(!inputGradient.IsEmpty);
        (Tensor output, Tensor loss) = Differentiate(x, TensorValues.From(labels, _device), Lengths(lengths));
        TensorValues.Read(output, logits);
        GetGradients(gradients);
        if (!inputGradient.IsEmpty)
        {
            TensorValues.Read(x.grad!, inputGradient);
        }

        return loss.item<float>();
    }

    /// <inheritdoc/>
    public void Route(ReadOnlySpan<float> input, Span<int> routes, ReadOnlySpan<int> lengths = default)
    {
        using DisposeScope scope = NewDisposeScope();
        _module.eval();
        Tensor found = _route(Input(input, input.Length / Spec.Model.InputLength()), Lengths(lengths));
        TensorValues.Read(found, routes);
    }

    /// <inheritdoc/>
    public void BeginTraining(Optimizer optimizer, ClassWeights? weights = null)
    {
        _batch.ClassWeights = weights;
        _optimizer?.Dispose();
        _optimizer = new TorchOptimizer(optimizer, _module);
    }

    /// <inheritdoc/>
    public double Step(Dataset data, ReadOnlySpan<int> samples, ReadOnlySpan<int> next, double learningRate, Span<float> inputGradient = default)
    {
        TorchOptimizer optimizer = _optimizer ?? throw new InvalidOperationException($"{nameof(BeginTraining)} must be called before {nameof(Step)}.");
        using DisposeScope scope = NewDisposeScope();
        (Tensor x, double loss) = Differentiate(data, samples, !inputGradient.IsEmpty);
        if (!double.IsFinite(loss))
        {
            return loss;
        }

        if (_module.parameters().Any(parameter => parameter.grad is { } gradient && !gradient.isfinite().all().item<bool>()))
        {
            return double.NaN;
        }

        if (!inputGradient.IsEmpty)
        {
            TensorValues.Read(x.grad!, inputGradient);
            if (FiniteCheck.FirstNotFinite(inputGradient) >= 0)
            {
                return double.NaN;
            }
        }

        optimizer.Step(learningRate);
        return loss;
    }

    /// <inheritdoc/>
    public double Gradients(Dataset data, ReadOnlySpan<int> samples, ClassWeights? weights, Span<float> gradients, Span<float> inputGradient = default)
    {
        using DisposeScope scope = NewDisposeScope();
        _batch.ClassWeights = weights;
        (ParameterSpec Spec, Tensor Now, Tensor Before)[] statistics =
        [
            .. _module.TensorSpecs.Where(spec => spec.Role is ParameterRole.NormMean or ParameterRole.NormVariance)
                .Select(spec => (spec, _module.Weight(spec.Name), _module.Weight(spec.Name).clone())),
        ];
        (Tensor x, double loss) = Differentiate(data, samples, !inputGradient.IsEmpty);
        GetGradients(gradients);
        if (!inputGradient.IsEmpty)
        {
            TensorValues.Read(x.grad!, inputGradient);
        }

        using IDisposable updates = no_grad();
        foreach ((ParameterSpec spec, Tensor now, Tensor before) in statistics)
        {
            TensorValues.Read(now, gradients.Slice(spec.Offset, spec.Length));
            now.copy_(before);
        }

        return loss;
    }

    /// <inheritdoc/>
    public void GetGradients(Span<float> gradients)
    {
        gradients.Clear();
        foreach (ParameterSpec spec in _module.TensorSpecs.Where(spec => spec.HasGradient))
        {
            if (_module.Weight(spec.Name).grad is { } gradient)
            {
                TensorValues.Read(gradient, gradients.Slice(spec.Offset, spec.Length));
            }
        }
    }

    /// <inheritdoc/>
    public void Collect() => _optimizer?.Collect();

    /// <inheritdoc/>
    public void Dispose()
    {
        _optimizer?.Dispose();
        _module.Dispose();
    }

    private static (PatchMoEModule Module, Func<Tensor, Tensor?, Tensor> Route) Make(PatchMoESpec spec)
    {
        if (spec.Model.Backbone is null)
        {
            var layers = new TorchPatchMoE(spec);
            return (layers, layers.Route);
        }

        var network = new WideResNet(spec);
        return (network, network.Route);
    }

    /// <summary>The mean loss of training data in training mode; the gradients are left in the parameters, and that of the input in x.</summary>
    private (Tensor X, double Loss) Differentiate(Dataset data, ReadOnlySpan<int> samples, bool wantsInputGradient)
    {
        _batch.Gather(data, samples);
        _module.train();
        Tensor? weights = _batch.Weights.IsEmpty ? null : TensorValues.From(_batch.Weights, _device);
        Tensor x = Input(_batch.Inputs, samples.Length).requires_grad_(wantsInputGradient);
        (_, Tensor mean) = Differentiate(x, TensorValues.From(_batch.Labels, _device), Lengths(_batch.Lengths), weights);
        return (x, mean.item<float>());
    }

    /// <summary>Forward, mean loss with the auxiliary losses, and backward; the gradients are left in the parameters.</summary>
    private (Tensor Logits, Tensor Loss) Differentiate(Tensor x, Tensor labels, Tensor? lengths, Tensor? weights = null)
    {
        _module.zero_grad();
        Tensor logits = _module.forward(x, lengths);
        Tensor mean = MeanLoss.Of(Spec.Model.Loss, logits, labels, weights);
        Tensor loss = _module.AuxiliaryLoss is { } auxiliary ? mean + auxiliary : mean;
        loss.backward();
        return (logits, loss);
    }

    /// <summary>The length of the part of a parameter buffer that the module holds.</summary>
    private int NetworkLength(int length)
    {
        int needed = ModelParameters.BufferLength(Spec.Model.Parameters());
        return length == needed
            ? Spec.Model.NetworkLength()
            : throw new ArgumentException($"The buffer has {length} values, but the parameters of {Spec.Name} take {needed}.");
    }

    private Tensor Input(ReadOnlySpan<float> input, int batch) => TensorValues.From(input, _device).reshape(batch, Spec.Model.InputLength());

    private Tensor? Lengths(ReadOnlySpan<int> lengths) => lengths.IsEmpty ? null : TensorValues.From(lengths, _device);
}
