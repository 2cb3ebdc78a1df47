using ILGPU;
using ILGPU.Runtime;
using PatchMoE.Ilgpu.Kernels;
using PatchMoE.Training.Optimizers;

namespace PatchMoE.Ilgpu;

/// <summary>An <see cref="Optimizer"/> whose state is on a device.</summary>
internal sealed class DeviceOptimizer
{
    private readonly Optimizer _optimizer;
    private readonly (int Offset, int Length)[] _ranges;
    private readonly DeviceArray<float>[] _state;
    private readonly Update _update;

    /// <summary>Copies the state to the device.</summary>
    /// <param name="optimizer">The rule, its tensors and its state so far.</param>
    /// <param name="queue">Where copies are queued.</param>
    /// <param name="memory">Where the state is allocated.</param>
    /// <param name="state">Two arrays for it, which may be left over from an earlier phase.</param>
    public DeviceOptimizer(Optimizer optimizer, DeviceQueue queue, DeviceMemory memory, DeviceArray<float>[] state)
    {
        (_optimizer, _state) = (optimizer, state);
        _ranges = Join(optimizer.Trained);
        for (int i = 0; i < optimizer.State.Count; i++)
        {
            memory.Require($"the optimizer {optimizer.Spec.Kind}", new Demand(state[i], optimizer.End));
            queue.Upload<float>(optimizer.State[i].Values.AsSpan(0, optimizer.End), state[i].View);
        }

        _update = Load(queue.Stream.Accelerator);
    }

    private delegate void Update(AcceleratorStream stream, Arrays arrays, (int Offset, int Length) range, int step, float learningRate);

    /// <summary>Queues one update; it is skipped if <paramref name="failed"/> holds its number by then.</summary>
    /// <param name="stream">Where the kernels are queued.</param>
    /// <param name="parameters">The parameter buffer.</param>
    /// <param name="gradients">With the same length and layout.</param>
    /// <param name="failed">[1], the number of the last update that failed.</param>
    /// <param name="update">The number of this one.</param>
    /// <param name="learningRate">η.</param>
    public void Queue(AcceleratorStream stream, ArrayView<float> parameters, ArrayView<float> gradients, ArrayView<float> failed, float update, double learningRate)
    {
        foreach ((int Offset, int Length) range in _ranges)
        {
            _update(stream, new Arrays(parameters, gradients, failed, update), range, _optimizer.Steps + 1, (float)learningRate);
        }
    }

    /// <summary>Counts an update that was made.</summary>
    public void Count() => _optimizer.Steps++;

    /// <summary>Copies the state back.</summary>
    public void Collect(DeviceQueue queue)
    {
        for (int i = 0; i < _optimizer.State.Count; i++)
        {
            queue.Download(_state[i].View, _optimizer.State[i].Values.AsSpan(0, _optimizer.End));
        }
    }

    /// <summary>Adjacent tensors are merged into one range: the gaps between them hold zeros, which every rule leaves at zero.</summary>
    private static (int Offset, int Length)[] Join(IEnumerable<(int Offset, int Length)> tensors)
    {
        var ranges = new List<(int Offset, int Length)>();
        foreach ((int offset, int length) in tensors.OrderBy(tensor => tensor.Offset))
        {
            if (ranges.Count > 0 && offset - (ranges[^1].Offset + ranges[^1].Length) < ModelParameters.Alignment)
            {
                ranges[^1] = (ranges[^1].Offset, offset + length - ranges[^1].Offset);
            }
            else
            {
                ranges.Add((offset, length));
            }
        }

        return [.. ranges];
    }

    private Update Load(Accelerator accelerator) => _optimizer.Spec.Kind switch
    {
        OptimizerKind.Sgd => LoadSgd(accelerator),
        OptimizerKind.Momentum => LoadMomentum(accelerator),
        OptimizerKind.Adam or OptimizerKind.AdamW => LoadAdam(accelerator),
        _ => throw new ArgumentOutOfRangeException(nameof(accelerator), _optimizer.Spec.Kind, "Unknown optimizer."),
    };

    private Update LoadSgd(Accelerator accelerator)
    {
        var decay = (float)_optimizer.Spec.WeightDecay;
        var kernel = QueueTrace.Traced(
            accelerator.LoadAutoGroupedKernel<Index1D, ArrayView<float>, ArrayView<float>, ArrayView<float>, float, float, float>(TrainingKernels.Sgd), ((Delegate)TrainingKernels.Sgd).Method);
        return (stream, arrays, range, step, learningRate) => kernel(
            stream, range.Length, Part(arrays.Parameters, range), Part(arrays.Gradients, range), arrays.Failed, arrays.Update, decay, learningRate);
    }

    private Update LoadMomentum(Accelerator accelerator)
    {
        (float momentum, float decay) = ((float)_optimizer.Spec.Momentum, (float)_optimizer.Spec.WeightDecay);
        var kernel = QueueTrace.Traced(
            accelerator.LoadAutoGroupedKernel<Index1D, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, float, float, float, float>(TrainingKernels.Momentum), ((Delegate)TrainingKernels.Momentum).Method);
        return (stream, arrays, range, step, learningRate) => kernel(
            stream, range.Length, Part(arrays.Parameters, range), Part(arrays.Gradients, range), Part(_state[0].View, range), arrays.Failed, arrays.Update, momentum, decay, learningRate);
    }

    private Update LoadAdam(Accelerator accelerator)
    {
        OptimizerSpec spec = _optimizer.Spec;
        bool coupled = spec.Kind == OptimizerKind.Adam;
        var kernel = QueueTrace.Traced(
            accelerator.LoadAutoGroupedKernel<Index1D, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, float, AdamConstants>(TrainingKernels.Adam), ((Delegate)TrainingKernels.Adam).Method);
        return (stream, arrays, range, step, learningRate) =>
        {
            (float size, float root) = AdamMoments.Scales(spec, step, learningRate);
            var constants = new AdamConstants(
                (float)spec.Beta1,
                (float)(1 - spec.Beta1),
                (float)spec.Beta2,
                (float)(1 - spec.Beta2),
                (float)spec.Epsilon,
                Decay: coupled ? (float)spec.WeightDecay : 0,
                Shrink: coupled ? 1 : (float)(1 - (learningRate * spec.WeightDecay)),
                size,
                root);
            kernel(stream, range.Length, Part(arrays.Parameters, range), Part(arrays.Gradients, range), Part(_state[0].View, range), Part(_state[1].View, range), arrays.Failed, arrays.Update, constants);
        };
    }

    private static ArrayView<float> Part(ArrayView<float> view, (int Offset, int Length) range) => view.SubView(range.Offset, range.Length);

    private readonly record struct Arrays(ArrayView<float> Parameters, ArrayView<float> Gradients, ArrayView<float> Failed, float Update);
}
