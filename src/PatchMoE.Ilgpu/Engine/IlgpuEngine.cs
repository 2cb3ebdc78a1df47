using System.Reflection;
using ILGPU;
using ILGPU.Algorithms;
using ILGPU.Runtime;
using PatchMoE.Ilgpu.Kernels;
using PatchMoE.Kernels;
using PatchMoE.Training.Engines;

namespace PatchMoE.Ilgpu;

/// <summary>
/// A compiled model on a device, using the kernels that the generator emitted for it. Weights, gradients, optimizer state and, if they fit, the
/// training data stay there. Results are bit-identical from run to run.
/// </summary>
public sealed partial class IlgpuEngine : IGradientEngine
{
    private readonly IlgpuDevice _device;
    private readonly bool _ownsDevice;
    private readonly IIlgpuModel _model;
    private readonly IIlgpuPasses _passes;
    private readonly DeviceMemory _memory;
    private readonly DeviceQueue _queue;
    private readonly LayerShape _bottom;
    private readonly int _parameterLength;
    private readonly int _bufferLength;
    private readonly int _inputLength;
    private readonly int _outputs;
    private readonly DeviceArray<float> _parameters = new();
    private readonly DeviceArray<float> _gradients = new();
    private readonly DeviceArray<float> _logits = new();
    private readonly DeviceArray<float> _report = new();
    private readonly DeviceArray<float> _inputGradient = new();
    private readonly DeviceArray<int> _routes = new();
    private readonly DeviceArray<float> _floats = new();
    private readonly DeviceArray<int> _integers = new();
    private readonly DeviceBatch[] _batches;

    /// <summary>Creates an engine with its own device; it starts with the model's weights.</summary>
    /// <param name="model">A model whose class was compiled with a reference to PatchMoE.Ilgpu.</param>
    /// <param name="device">A name of <see cref="IlgpuDevices.List"/>; null for the first GPU that works.</param>
    /// <param name="options">How the device is used; null for the defaults.</param>
    /// <exception cref="ArgumentException">The model has no kernels for GPUs.</exception>
    /// <exception cref="BadInputException">There is no such device, it does not work, or its memory is insufficient.</exception>
#pragma warning disable RS0026 // A device is a name or an open one: no call can mean both constructors.
    public IlgpuEngine(IPatchMoEModel model, string? device = null, IlgpuOptions? options = null)
        : this(model, IlgpuDevices.Open(device, (options ?? new IlgpuOptions()).Optimization), options, ownsDevice: true)
    {
    }

    /// <summary>Creates an engine on an open device; it starts with the model's weights.</summary>
    /// <param name="model">A model whose class was compiled with a reference to PatchMoE.Ilgpu.</param>
    /// <param name="device">The device; the caller owns and disposes it.</param>
    /// <param name="options">How the device is used; null for the defaults.</param>
    /// <exception cref="ArgumentException">The model has no kernels for GPUs.</exception>
    /// <exception cref="BadInputException">The device rejects the kernels, or its memory is insufficient.</exception>
    public IlgpuEngine(IPatchMoEModel model, IlgpuDevice device, IlgpuOptions? options = null)
#pragma warning restore RS0026
        : this(model, device, options, ownsDevice: false)
    {
    }

    private IlgpuEngine(IPatchMoEModel model, IlgpuDevice device, IlgpuOptions? options, bool ownsDevice)
    {
        (_device, _ownsDevice, Spec) = (device, ownsDevice, model.Spec);
        _memory = new DeviceMemory(device, options?.MemoryLimit);
        _bottom = Spec.Model.LayerShapes()[0];
        (_parameterLength, _inputLength, _outputs) = (Spec.Model.NetworkLength(), model.InputLength, model.Outputs);
        _bufferLength = model.Parameters.Length;
        _batches = [new DeviceBatch(device.Accelerator), new DeviceBatch(device.Accelerator)];
        try
        {
            _model = model as IIlgpuModel ?? throw new ArgumentException(
                $"{model.GetType().Name} has no kernels for GPUs: compile it in a project that references PatchMoE.Ilgpu.", nameof(model));
            _queue = new DeviceQueue(device);
            _copies = new DeviceQueue(device);
            _passes = Try("compiling the kernels", () => _model.Load(device.Accelerator));
            _findNotFinite = Try("compiling the kernels", () => QueueTrace.Traced(
                device.Accelerator.LoadAutoGroupedKernel<Index1D, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, float>(TrainingKernels.FindNotFinite),
                ((Delegate)TrainingKernels.FindNotFinite).Method));
            _memory.Require($"{Spec.Name} with its gradients", new Demand(_parameters, _parameterLength), new Demand(_gradients, _parameterLength));
            _gradients.View.MemSetToZero(_queue.Stream);
            SetParameters(model.Parameters);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The libraries that a model's kernels are compiled against: the <c>backends</c> argument of <c>PatchMoECompiler.Compile</c>.</summary>
    public static IReadOnlyList<Assembly> Libraries { get; } = [typeof(IIlgpuModel).Assembly, typeof(Context).Assembly, typeof(XMath).Assembly];

    /// <inheritdoc/>
    public PatchMoESpec Spec { get; }

    /// <inheritdoc/>
    public string Device => $"{_device.Info.Name}: {_device.Info.Title}, {_device.Info.Driver}";

    private int LengthsPerSample(int lengths) => lengths == 0 ? 0 : _bottom.Instances;

    /// <inheritdoc/>
    public void SetParameters(ReadOnlySpan<float> parameters)
    {
        RequireLength(parameters.Length, _bufferLength);
        _queue.Upload(parameters[.._parameterLength], _parameters.View);
    }

    /// <inheritdoc/>
    public void GetParameters(Span<float> parameters)
    {
        RequireLength(parameters.Length, _bufferLength);
        _queue.Download(_parameters.View, parameters[.._parameterLength]);
    }

    /// <inheritdoc/>
    public void Forward(ReadOnlySpan<float> input, Span<float> logits, ReadOnlySpan<int> lengths = default)
    {
        int batch = Guard.Batch(logits.Length, _outputs, nameof(logits));
        if (batch > 0)
        {
            Load(input, [], lengths, batch, "a forward pass");
            Run(PassKind.Forward, Buffers(_batches[_current], batch, LengthsPerSample(lengths.Length)), batch);
            _queue.Download(_logits.View, logits);
        }
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
        int batch = labels.Length;
        Guard.NotEmpty(batch);
        Guard.Labels(labels, Spec.Model.Loss, _outputs);
        Guard.Length(logits.Length, batch, _outputs, nameof(logits));
        Guard.Gradients(gradients.Length, _parameterLength);
        Guard.OptionalLength(inputGradient.Length, batch, _inputLength, nameof(inputGradient));
        Demand[] extra = inputGradient.IsEmpty ? [] : [new Demand(_inputGradient, inputGradient.Length)];
        Load(input, labels, lengths, batch, "a pass with gradients", extra);
        PassBuffers buffers = Buffers(_batches[_current], batch, LengthsPerSample(lengths.Length)) with { InputGradient = _inputGradient.First(inputGradient.Length) };
        Run(PassKind.LossAndGradients, buffers, batch);
        _queue.Download(_logits.View, logits);
        _queue.Download(_gradients.View, gradients);
        _queue.Download(_inputGradient.View, inputGradient);
        return ReadReport(batch).Loss;
    }

    /// <inheritdoc/>
    public void Route(ReadOnlySpan<float> input, Span<int> routes, ReadOnlySpan<int> lengths = default)
    {
        EquatableArray<int> shape = Spec.Model.RouteShape();
        if (shape.Count == 0)
        {
            throw new ArgumentException($"{Spec.Name} is dense: there are no routes.");
        }

        int batch = Guard.Batch(routes.Length, shape.Aggregate(1, (product, size) => product * size), nameof(routes));
        if (batch > 0)
        {
            Load(input, [], lengths, batch, "a forward pass", new Demand(_routes, routes.Length));
            Run(PassKind.Route, Buffers(_batches[_current], batch, LengthsPerSample(lengths.Length)) with { Routes = _routes.First(routes.Length) }, batch);
            _queue.Download(_routes.View, routes);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // The queues are null if the constructor threw before creating them.
        _copies?.Dispose();
        _queue?.Dispose();
        foreach (DeviceBatch target in _batches)
        {
            target.Dispose();
        }

        _memory.Dispose();
        if (_ownsDevice)
        {
            _device.Dispose();
        }
    }

    /// <summary>Copies a caller's batch into the memory that no update is waiting for.</summary>
    private void Load(ReadOnlySpan<float> input, ReadOnlySpan<int> labels, ReadOnlySpan<int> lengths, int batch, string purpose, params ReadOnlySpan<Demand> extra)
    {
        Guard.Length(input.Length, batch, _inputLength, nameof(input));
        if (Spec.Model.CutsMapOfImage())
        {
            Guard.NoLengths(lengths.Length, Spec.Name);
        }

        Guard.Lengths(lengths, batch, _bottom.Instances, _bottom.Patches);
        DeviceBatch target = _batches[_current];
        _memory.Require(Purpose(purpose, batch), [.. PassDemands(batch), .. BatchDemands(target, batch, LengthsPerSample(lengths.Length)), .. extra]);
        target.Forget();
        _queue.Upload(input, target.Input.View);
        _queue.Upload(labels, target.Labels(batch));
        _queue.Upload(lengths, target.Lengths(batch, LengthsPerSample(lengths.Length)));
    }

    private string Purpose(string pass, int batch) => $"{pass} over {batch} {(batch == 1 ? "sample" : "samples")} of {Spec.Name}";

    private Demand[] PassDemands(int batch) =>
    [
        new(_logits, (long)batch * _outputs),
        new(_report, ReportLosses + batch),
        new(_floats, _model.ScratchFloats(batch)),
        new(_integers, _model.ScratchIntegers(batch)),
    ];

    private Demand[] BatchDemands(DeviceBatch target, int batch, int lengthsPerSample) =>
        [new(target.Input, (long)batch * _inputLength), new(target.Integers, DeviceBatch.IntegersOf(batch, lengthsPerSample))];

    private PassBuffers Buffers(DeviceBatch target, int batch, int lengthsPerSample) => new()
    {
        Parameters = _parameters.View,
        Input = target.Input.First((long)batch * _inputLength),
        Labels = target.Labels(batch),
        Lengths = target.Lengths(batch, lengthsPerSample),
        Logits = _logits.First((long)batch * _outputs),
        Losses = _report.Part(ReportLosses, batch),
        Gradients = _gradients.View,
        Floats = _floats.First(_model.ScratchFloats(batch)),
        Integers = _integers.First(_model.ScratchIntegers(batch)),
    };

    /// <summary>Queues a pass.</summary>
    private void Run(PassKind pass, in PassBuffers buffers, int batch)
    {
        try
        {
            switch (pass)
            {
                case PassKind.Forward:
                    _passes.Forward(_queue.Stream, buffers, batch);
                    break;
                case PassKind.Route:
                    _passes.Route(_queue.Stream, buffers, batch);
                    break;
                default:
                    _passes.LossAndGradients(_queue.Stream, buffers, batch);
                    break;
            }
        }
        catch (Exception failure) when (DeviceFailure.IsOne(failure))
        {
            throw DeviceFailure.Wrap(_device.Info, $"{pass} of {Spec.Name} over {batch} samples", failure);
        }
    }

    private T Try<T>(string work, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception failure) when (DeviceFailure.IsOne(failure))
        {
            throw DeviceFailure.Wrap(_device.Info, $"{work} of {Spec.Name}", failure);
        }
    }

    private void RequireLength(int length, int needed)
    {
        if (length != needed)
        {
            throw new ArgumentException($"The buffer has {length} values, but the parameters of {Spec.Name} take {needed}.");
        }
    }
}
