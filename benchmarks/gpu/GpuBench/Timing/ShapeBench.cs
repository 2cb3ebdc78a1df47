using ILGPU;
using ILGPU.Runtime;
using PatchMoE.Ilgpu;

namespace PatchMoE.GpuBench.Timing;

/// <summary>Times the emitted kernels of one network on batches that are already on the device.</summary>
internal sealed class ShapeBench
{
    private const int BatchesOfData = 2;

    private readonly IPatchMoEModel _model;
    private readonly IlgpuDevice _device;
    private readonly Clock _clock;
    private readonly Dataset _data;

    public ShapeBench(IPatchMoEModel model, IlgpuDevice device, Clock clock, int batch)
    {
        (_model, _device, _clock, Batch) = (model, device, clock, batch);
        var random = new Random(1);
        foreach (ref float weight in model.Parameters)
        {
            weight = (random.NextSingle() - 0.5f) * 0.02f;
        }

        var inputs = new float[checked((long)BatchesOfData * batch * model.InputLength)];
        foreach (ref float value in inputs.AsSpan())
        {
            value = random.NextSingle() - 0.5f;
        }

        bool logistic = model.Spec.Model.Loss == Loss.Logistic;
        int[] labels = [.. Enumerable.Range(0, BatchesOfData * batch).Select(i => logistic ? (i % 2 * 2) - 1 : i % model.Outputs)];
        _data = new Dataset(model.Spec.Model.InputShape(), inputs, labels);
    }

    public int Batch { get; }

    /// <summary>The time of a forward pass in seconds: only the kernels.</summary>
    public double Forward() => Pass((passes, stream, buffers) => passes.Forward(stream, buffers, Batch));

    /// <summary>The time of forward, loss and weight gradients in seconds: only the kernels.</summary>
    public double Gradients() => Pass((passes, stream, buffers) => passes.LossAndGradients(stream, buffers, Batch));

    /// <summary>The time in seconds of an update as made by the trainer: gather, pass, SGD, and the report back to the host.</summary>
    public double Step()
    {
        using var engine = new IlgpuEngine(_model, _device);
        engine.BeginTraining(Optimizer.Create(
            OptimizerSpec.Of(OptimizerKind.Sgd), _model.ParameterSpecs.Where(parameter => parameter.HasGradient), _model.Parameters.Length));
        int[][] batches = [.. Enumerable.Range(0, BatchesOfData).Select(i => Enumerable.Range(i * Batch, Batch).ToArray())];
        int step = 0;
        return _clock.SecondsOf(() =>
        {
            engine.Step(_data, batches[step % BatchesOfData], batches[(step + 1) % BatchesOfData], 1e-3);
            step++;
        });
    }

    private double Pass(Action<IIlgpuPasses, AcceleratorStream, PassBuffers> pass)
    {
        Accelerator accelerator = _device.Accelerator;
        var model = (IIlgpuModel)_model;
        IIlgpuPasses passes = model.Load(accelerator);
        using MemoryBuffer1D<float, Stride1D.Dense> parameters = accelerator.Allocate1D(_model.Parameters.ToArray());
        using MemoryBuffer1D<float, Stride1D.Dense> input = accelerator.Allocate1D(_data.InputsOf(0, Batch).ToArray());
        using MemoryBuffer1D<int, Stride1D.Dense> labels = accelerator.Allocate1D(_data.Labels[..Batch].ToArray());
        using MemoryBuffer1D<float, Stride1D.Dense> logits = accelerator.Allocate1D<float>((long)Batch * _model.Outputs);
        using MemoryBuffer1D<float, Stride1D.Dense> losses = accelerator.Allocate1D<float>(Batch);
        using MemoryBuffer1D<float, Stride1D.Dense> gradients = accelerator.Allocate1D<float>(_model.Parameters.Length);
        using MemoryBuffer1D<float, Stride1D.Dense> floats = accelerator.Allocate1D<float>(Math.Max(1, model.ScratchFloats(Batch)));
        using MemoryBuffer1D<int, Stride1D.Dense> integers = accelerator.Allocate1D<int>(Math.Max(1, model.ScratchIntegers(Batch)));
        var buffers = new PassBuffers
        {
            Parameters = parameters.View.BaseView,
            Input = input.View.BaseView,
            Labels = labels.View.BaseView,
            Logits = logits.View.BaseView,
            Losses = losses.View.BaseView,
            Gradients = gradients.View.BaseView,
            Floats = floats.View.BaseView,
            Integers = integers.View.BaseView,
        };
        return _clock.SecondsOf(() => pass(passes, accelerator.DefaultStream, buffers));
    }
}
