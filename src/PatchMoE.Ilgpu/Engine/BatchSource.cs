using ILGPU;
using ILGPU.Runtime;
using PatchMoE.Ilgpu.Kernels;
using PatchMoE.Training.Data;

namespace PatchMoE.Ilgpu;

/// <summary>
/// Loads batches of a data set onto the device. A data set that fits stays there, and batches are gathered there; from a larger one, or one that
/// is decoded or varied as it is read, each batch is copied from the host. Both give the same bits.
/// </summary>
internal sealed class BatchSource
{
    private readonly DeviceArray<float> _inputs;
    private readonly Action<AcceleratorStream, Index1D, ArrayView<int>, ArrayView<float>, ArrayView<float>, int>? _gather;

    /// <summary>Takes a data set; the previous contents of <paramref name="inputs"/> are lost.</summary>
    /// <param name="data">The data set.</param>
    /// <param name="queue">Where copies are queued.</param>
    /// <param name="memory">The device's memory.</param>
    /// <param name="inputs">Where its inputs are stored if they fit.</param>
    /// <param name="reserve">Bytes that must stay free besides them.</param>
    public BatchSource(Dataset data, DeviceQueue queue, DeviceMemory memory, DeviceArray<float> inputs, long reserve)
    {
        (Data, _inputs) = (data, inputs);
        var demand = new Demand(inputs, (long)data.Count * data.InputLength);
        if (!data.IsInMemory || !memory.HasRoom(reserve, demand))
        {
            memory.Release(inputs);
        }
        else
        {
            memory.Require("the data set", demand);
            queue.Upload(data.Inputs, inputs.View);
            _gather = QueueTrace.Traced(
                queue.Stream.Accelerator.LoadAutoGroupedKernel<Index1D, ArrayView<int>, ArrayView<float>, ArrayView<float>, int>(TrainingKernels.Gather), ((Delegate)TrainingKernels.Gather).Method);
        }
    }

    public Dataset Data { get; }

    /// <summary>How much each class counts in the loss; null if all count the same.</summary>
    public ClassWeights? Weights { get; init; }

    /// <summary>Whether the inputs are on the device.</summary>
    public bool IsResident => _gather is not null;

    /// <summary>Queues the work that loads a batch.</summary>
    /// <param name="queue">Where it is queued.</param>
    /// <param name="target">The batch's memory, large enough.</param>
    /// <param name="samples">The batch: indices of samples.</param>
    public void Queue(DeviceQueue queue, DeviceBatch target, ReadOnlySpan<int> samples)
    {
        target.QueueIntegers(queue, Data, samples);
        if (Weights is not null)
        {
            target.QueueWeights(queue, Weights, samples.Length);
        }

        if (_gather is null)
        {
            target.QueueInput(queue, Data, samples);
            return;
        }

        int values = checked(samples.Length * Data.InputLength);
        _gather(queue.Stream, values, target.Rows(samples.Length, Data.LengthsPerSample), _inputs.View, target.Input.First(values), Data.InputLength);
    }
}
