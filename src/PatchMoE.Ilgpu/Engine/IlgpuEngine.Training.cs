using ILGPU;
using ILGPU.Runtime;
using PatchMoE.Kernels;
using PatchMoE.Training.Data;
using PatchMoE.Training.Optimizers;

namespace PatchMoE.Ilgpu;

/// <content>
/// Training. While the device computes an update, the host prepares the next batch in the other batch memory and copies it on a separate queue. The
/// device itself skips an update whose loss or gradients are not finite, so an update costs one round trip: its report.
/// </content>
public sealed partial class IlgpuEngine
{
    /// <summary>Where the losses start in the report; before them is the number of the last update that failed, with padding to keep the alignment of arrays.</summary>
    private const int ReportLosses = ModelParameters.Alignment;

    /// <summary>Updates are numbered 1, 2, …: float has each number up to this one.</summary>
    private const int MostUpdates = 1 << 24;

    /// <summary>The number of samples per pass of the evaluation, as chosen by the trainer.</summary>
    private const int EvaluationBatch = 256;

    private readonly DeviceQueue _copies;
    private readonly Action<AcceleratorStream, Index1D, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, float> _findNotFinite;
    private readonly DeviceArray<float>[] _optimizerState = [new(), new()];
    private readonly DeviceArray<float> _resident = new();
    private float[] _reportOnHost = [];
    private DeviceOptimizer? _optimizer;
    private ClassWeights? _weights;
    private BatchSource? _source;
    private int _current;
    private int _update;
    private long _clearedReport;

    /// <summary>Whether the training data are on the device; false before the first <see cref="Step"/>.</summary>
    internal bool KeepsData => _source is { IsResident: true };

    /// <inheritdoc/>
    public void BeginTraining(Optimizer optimizer, ClassWeights? weights = null)
    {
        _optimizer = Try("compiling the optimizer", () => new DeviceOptimizer(optimizer, _queue, _memory, _optimizerState));
        (_weights, _source) = (weights, null);
        ForgetBatches();
    }

    /// <inheritdoc/>
    public double Step(Dataset data, ReadOnlySpan<int> samples, ReadOnlySpan<int> next, double learningRate, Span<float> inputGradient = default)
    {
        DeviceOptimizer optimizer = _optimizer ?? throw new InvalidOperationException($"{nameof(BeginTraining)} must be called before {nameof(Step)}.");
        Guard.NotEmpty(samples.Length);
        Guard.OptionalLength(inputGradient.Length, samples.Length, _inputLength, nameof(inputGradient));
        BatchSource source = MakeRoom(data, Math.Max(samples.Length, next.Length), inputGradient.Length);
        DeviceBatch target = LoadBatch(source, samples);
        try
        {
            QueueUpdate(optimizer, target, samples.Length, data.LengthsPerSample, learningRate, inputGradient.Length);
            if (!next.IsEmpty)
            {
                source.Queue(_copies, _batches[1 - _current], next);
            }

            (double loss, float failed) = ReadReport(samples.Length);
            if (failed != _update)
            {
                _queue.Download(_inputGradient.View, inputGradient);
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
    public double Gradients(Dataset data, ReadOnlySpan<int> samples, ClassWeights? weights, Span<float> gradients, Span<float> inputGradient = default)
    {
        Guard.NotEmpty(samples.Length);
        Guard.OptionalLength(inputGradient.Length, samples.Length, _inputLength, nameof(inputGradient));
        RequireLength(gradients.Length, _parameterLength);
        if (!ReferenceEquals(_weights, weights))
        {
            (_weights, _source) = (weights, null);
            ForgetBatches();
        }

        BatchSource source = MakeRoom(data, samples.Length, inputGradient.Length);
        DeviceBatch target = LoadBatch(source, samples);
        try
        {
            Run(PassKind.LossAndGradients, UpdateBuffers(target, samples.Length, data.LengthsPerSample, inputGradient.Length), samples.Length);
            _queue.Download(_gradients.View, gradients);
            _queue.Download(_inputGradient.View, inputGradient);
            return ReadReport(samples.Length).Loss;
        }
        catch (Exception failure) when (DeviceFailure.IsOne(failure))
        {
            throw DeviceFailure.Wrap(_device.Info, Purpose("the gradients", samples.Length), failure);
        }
    }

    /// <inheritdoc/>
    public void GetGradients(Span<float> gradients)
    {
        RequireLength(gradients.Length, _parameterLength);
        _queue.Download(_gradients.View, gradients);
    }

    /// <inheritdoc/>
    public void Collect() => _optimizer?.Collect(_queue);

    /// <summary>Allocates the arrays of an update, and brings the data set to the device if it fits.</summary>
    private BatchSource MakeRoom(Dataset data, int batch, int inputGradient)
    {
        if (!ReferenceEquals(_source?.Data, data))
        {
            DatasetRules.CheckFit(data, Spec.Model, "training data");
            ForgetBatches();
        }

        Demand[] demands = [.. PassDemands(batch), .. _batches.SelectMany(target => BatchDemands(target, batch, data.LengthsPerSample))];
        if (inputGradient > 0)
        {
            demands = [.. demands, new Demand(_inputGradient, inputGradient)];
        }

        if (_weights is not null)
        {
            demands = [.. demands, .. _batches.Select(target => new Demand(target.Weights, batch))];
        }

        if (_memory.Require(Purpose("an update", batch), demands))
        {
            ForgetBatches();
        }

        return ReferenceEquals(_source?.Data, data) ? _source! : _source = Try("reading the data", () => new BatchSource(data, _queue, _memory, _resident, Reserve(data)) { Weights = _weights });
    }

    /// <summary>The memory that an evaluation may still need, besides a data set that stays on the device.</summary>
    private long Reserve(Dataset data) => PassDemands(EvaluationBatch).Sum(demand => demand.Length * demand.Array.ValueSize)
        + ((long)EvaluationBatch * data.InputLength * sizeof(float));

    private void ForgetBatches()
    {
        _copies.Wait();
        foreach (DeviceBatch target in _batches)
        {
            target.Forget();
        }
    }

    /// <summary>The memory that holds a batch; waits for its copy if it is in progress, otherwise copies it now.</summary>
    private DeviceBatch LoadBatch(BatchSource source, ReadOnlySpan<int> samples)
    {
        if (_batches[1 - _current].Holds(samples))
        {
            _current = 1 - _current;
        }
        else
        {
            source.Queue(_copies, _batches[_current], samples);
        }

        _copies.Wait();
        return _batches[_current];
    }

    private void QueueUpdate(DeviceOptimizer optimizer, DeviceBatch target, int batch, int lengthsPerSample, double learningRate, int inputGradient)
    {
        PassBuffers buffers = UpdateBuffers(target, batch, lengthsPerSample, inputGradient);
        ArrayView<float> failed = _report.First(1);
        NumberUpdate(failed);
        Run(PassKind.LossAndGradients, buffers, batch);
        int threads = Math.Max(batch, Math.Max(_parameterLength, inputGradient));
        _findNotFinite(_queue.Stream, threads, buffers.Losses, buffers.Gradients, buffers.InputGradient, failed, _update);
        optimizer.Queue(_queue.Stream, buffers.Parameters, buffers.Gradients, failed, _update, learningRate);
    }

    /// <summary>Gives the update a number that the report does not hold: only a new report, or one that has seen all numbers, must be cleared for that.</summary>
    private void NumberUpdate(ArrayView<float> failed)
    {
        if (_update == MostUpdates || _clearedReport != _report.Length)
        {
            _queue.QueueClear(failed);
            (_update, _clearedReport) = (0, _report.Length);
        }

        _update++;
    }

    private PassBuffers UpdateBuffers(DeviceBatch target, int batch, int lengthsPerSample, int inputGradient) => Buffers(target, batch, lengthsPerSample) with
    {
        Weights = target.Weights.First(_weights is null ? 0 : batch),
        InputGradient = _inputGradient.First(inputGradient),
    };

    /// <summary>The mean of the losses, summed in the order of the samples, and the number of the last update that failed.</summary>
    private (double Loss, float Failed) ReadReport(int batch)
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

        return (sum / batch, report[0]);
    }
}
