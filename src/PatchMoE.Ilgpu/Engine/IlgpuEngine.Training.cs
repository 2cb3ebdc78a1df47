using ILGPU;
using ILGPU.Runtime;
using PatchMoE.Kernels;
using PatchMoE.Training.Data;
using PatchMoE.Training.Optimizers;

namespace PatchMoE.Ilgpu;

/// <content>
/// Training. While the device computes an update, the host prepares the batch of the next in the other slot and copies it on a queue of its own. The
/// device itself refuses an update whose loss or gradients are not finite, so an update costs one round trip: its report.
/// </content>
public sealed partial class IlgpuEngine
{
    /// <summary>Where the losses begin in the report; before them stands the flag of an update that failed, at a place that other arrays' boundaries allow.</summary>
    private const int ReportLosses = ModelParameters.Alignment;

    /// <summary>Samples of a pass of the evaluation, as the trainer makes it.</summary>
    private const int EvaluationBatch = 256;

    private readonly DeviceQueue _copies;
    private readonly Action<AcceleratorStream, Index1D, ArrayView<float>, ArrayView<float>> _findNotFinite;
    private readonly DeviceArray<float>[] _optimizerState = [new(), new()];
    private readonly DeviceArray<float> _resident = new();
    private float[] _reportOnHost = [];
    private DeviceOptimizer? _optimizer;
    private BatchSource? _source;
    private int _current;

    /// <summary>Whether the training data lie on the device; false before the first <see cref="Step"/>.</summary>
    internal bool KeepsData => _source is { IsResident: true };

    /// <inheritdoc/>
    public void BeginTraining(Optimizer optimizer) =>
        _optimizer = Try("compiling the optimizer", () => new DeviceOptimizer(optimizer, _queue, _memory, _optimizerState));

    /// <inheritdoc/>
    public double Step(Dataset data, ReadOnlySpan<int> samples, ReadOnlySpan<int> next, double learningRate)
    {
        DeviceOptimizer optimizer = _optimizer ?? throw new InvalidOperationException($"{nameof(BeginTraining)} comes before {nameof(Step)}.");
        Guard.NotEmpty(samples.Length);
        BatchSource source = MakeRoom(data, Math.Max(samples.Length, next.Length));
        BatchSlot slot = Bring(source, samples);
        try
        {
            QueueUpdate(optimizer, slot, samples.Length, data.LengthsPerSample, learningRate);
            if (!next.IsEmpty)
            {
                source.Queue(_copies, _slots[1 - _current], next);
            }

            (double loss, bool failed) = ReadReport(samples.Length);
            if (!failed)
            {
                optimizer.Count();
                return loss;
            }

            return double.IsFinite(loss) ? double.NaN : loss;
        }
        catch (Exception failure) when (DeviceFailure.IsOne(failure))
        {
            throw DeviceFailure.Wrap(_device.Info, Purpose("an update", samples.Length), failure);
        }
    }

    /// <inheritdoc/>
    public void GetGradients(Span<float> gradients)
    {
        RequireLength(gradients.Length);
        _queue.Download(_gradients.View, gradients);
    }

    /// <inheritdoc/>
    public void Collect() => _optimizer?.Collect(_queue);

    /// <summary>The arrays of an update, and the data set as near as it can be.</summary>
    private BatchSource MakeRoom(Dataset data, int batch)
    {
        if (!ReferenceEquals(_source?.Data, data))
        {
            DatasetRules.CheckFit(data, Spec.Model, "training data");
            ForgetBatches();
        }

        Demand[] demands = [.. PassDemands(batch), .. _slots.SelectMany(slot => SlotDemands(slot, batch, data.LengthsPerSample))];
        if (_memory.Require(Purpose("an update", batch), demands))
        {
            ForgetBatches();
        }

        return ReferenceEquals(_source?.Data, data) ? _source! : _source = Try("reading the data", () => new BatchSource(data, _queue, _memory, _resident, Reserve(data)));
    }

    /// <summary>What the evaluation of a model may still need, beside a data set that stays on the device.</summary>
    private long Reserve(Dataset data) => PassDemands(EvaluationBatch).Sum(demand => demand.Length * demand.Array.ValueSize)
        + ((long)EvaluationBatch * data.InputLength * sizeof(float));

    private void ForgetBatches()
    {
        _copies.Wait();
        foreach (BatchSlot slot in _slots)
        {
            slot.Forget();
        }
    }

    /// <summary>The slot that holds a batch; waits for its copy if it is under way, else copies it now.</summary>
    private BatchSlot Bring(BatchSource source, ReadOnlySpan<int> samples)
    {
        if (_slots[1 - _current].Holds(samples))
        {
            _current = 1 - _current;
        }
        else
        {
            source.Queue(_copies, _slots[_current], samples);
        }

        _copies.Wait();
        return _slots[_current];
    }

    private void QueueUpdate(DeviceOptimizer optimizer, BatchSlot slot, int batch, int lengthsPerSample, double learningRate)
    {
        PassBuffers buffers = Buffers(slot, batch, lengthsPerSample);
        ArrayView<float> failed = _report.First(1);
        failed.MemSetToZero(_queue.Stream);
        Run(PassKind.LossAndGradients, buffers, batch);
        _findNotFinite(_queue.Stream, batch, buffers.Losses, failed);
        _findNotFinite(_queue.Stream, _parameterLength, buffers.Gradients, failed);
        optimizer.Queue(_queue.Stream, buffers.Parameters, buffers.Gradients, failed, learningRate);
    }

    /// <summary>The mean of the losses, added up in the order of the samples, and whether the device refused the update.</summary>
    private (double Loss, bool Failed) ReadReport(int batch)
    {
        if (_reportOnHost.Length < ReportLosses + batch)
        {
            _reportOnHost = new float[ReportLosses + batch];
        }

        Span<float> report = _reportOnHost.AsSpan(0, ReportLosses + batch);
        _queue.Download(_report.View, report);
        double sum = 0;
        foreach (float loss in report[ReportLosses..])
        {
            sum += loss;
        }

        return (sum / batch, report[0] != 0);
    }
}
