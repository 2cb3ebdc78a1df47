using ILGPU;
using ILGPU.Runtime;
using PatchMoE.Ilgpu.Kernels;
using PatchMoE.Training.Data;

namespace PatchMoE.Ilgpu;

/// <summary>
/// Brings batches of a data set into slots. A data set that fits stays on the device, and a batch is gathered there; of a larger one each batch is
/// copied from the host. Both give the same bits.
/// </summary>
internal sealed class BatchSource
{
    private readonly DeviceArray<float> _inputs;
    private readonly Action<AcceleratorStream, Index1D, ArrayView<int>, ArrayView<float>, ArrayView<float>, int>? _gather;

    /// <summary>Takes a data set; what <paramref name="inputs"/> held before is lost.</summary>
    /// <param name="data">The data set.</param>
    /// <param name="queue">Where copies are queued.</param>
    /// <param name="memory">The device's memory.</param>
    /// <param name="inputs">Where its inputs go if they fit.</param>
    /// <param name="reserve">Bytes that must stay free beside them.</param>
    public BatchSource(Dataset data, DeviceQueue queue, DeviceMemory memory, DeviceArray<float> inputs, long reserve)
    {
        (Data, _inputs) = (data, inputs);
        var demand = new Demand(inputs, data.Inputs.Length);
        if (!memory.HasRoom(reserve, demand))
        {
            memory.Release(inputs);
        }
        else
        {
            memory.Require("the data set", demand);
            queue.Upload(data.Inputs, inputs.View);
            _gather = queue.Stream.Accelerator.LoadAutoGroupedKernel<Index1D, ArrayView<int>, ArrayView<float>, ArrayView<float>, int>(TrainingKernels.Gather);
        }
    }

    public Dataset Data { get; }

    /// <summary>Whether the inputs lie on the device.</summary>
    public bool IsResident => _gather is not null;

    /// <summary>Queues what brings a batch into a slot.</summary>
    /// <param name="queue">Where it is queued.</param>
    /// <param name="slot">The slot, large enough.</param>
    /// <param name="samples">The batch: indices of samples.</param>
    public void Queue(DeviceQueue queue, BatchSlot slot, ReadOnlySpan<int> samples)
    {
        slot.QueueIntegers(queue, Data, samples);
        if (_gather is null)
        {
            slot.QueueInput(queue, Data, samples);
            return;
        }

        int values = checked(samples.Length * Data.InputLength);
        _gather(queue.Stream, values, slot.Rows(samples.Length, Data.LengthsPerSample), _inputs.View, slot.Input.First(values), Data.InputLength);
    }
}
