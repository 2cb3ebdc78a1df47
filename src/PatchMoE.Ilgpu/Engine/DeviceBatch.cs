using ILGPU;
using ILGPU.Runtime;
using PatchMoE.Training.Data;

namespace PatchMoE.Ilgpu;

/// <summary>The device memory of a batch: inputs, labels, valid-patch counts, and which samples of the data set it holds.</summary>
/// <param name="accelerator">The device.</param>
internal sealed class DeviceBatch(Accelerator accelerator) : IDisposable
{
    private readonly StagingArray<float> _stagedInput = new(accelerator);
    private readonly StagingArray<int> _stagedIntegers = new(accelerator);
    private readonly StagingArray<float> _stagedWeights = new(accelerator);
    private int[] _samples = [];
    private int _count;

    /// <summary>[B, …].</summary>
    public DeviceArray<float> Input { get; } = new();

    /// <summary>Labels [B], valid-patch counts and row numbers, each padded by <see cref="Padded"/>, in one copy.</summary>
    public DeviceArray<int> Integers { get; } = new();

    /// <summary>[B], how much each sample counts in the loss.</summary>
    public DeviceArray<float> Weights { get; } = new();

    public ArrayView<int> Labels(int batch) => Integers.First(batch);

    public ArrayView<int> Lengths(int batch, int perSample) => Integers.Part(Padded(batch), (long)batch * perSample);

    public ArrayView<int> Rows(int batch, int perSample) => Integers.Part(Padded(batch) + Padded((long)batch * perSample), batch);

    /// <summary>The number of integers that a batch needs.</summary>
    public static long IntegersOf(int batch, int lengthsPerSample) => (2 * Padded(batch)) + Padded((long)batch * lengthsPerSample);

    /// <summary>Whether it holds these samples.</summary>
    public bool Holds(ReadOnlySpan<int> samples) => _count > 0 && _samples.AsSpan(0, _count).SequenceEqual(samples);

    /// <summary>Forgets which samples it holds.</summary>
    public void Forget() => _count = 0;

    /// <summary>Queues the copies of a batch's small arrays, and records which samples it holds.</summary>
    public void QueueIntegers(DeviceQueue queue, Dataset data, ReadOnlySpan<int> samples)
    {
        (int batch, int perSample) = (samples.Length, data.LengthsPerSample);
        int rows = (int)(Padded(batch) + Padded((long)batch * perSample));
        _stagedIntegers.Require(rows + batch);
        Span<int> staged = _stagedIntegers.First(rows + batch);
        data.GatherLabels(samples, staged, staged[(int)Padded(batch)..]);
        samples.CopyTo(staged[rows..]);
        _stagedIntegers.Queue(queue, staged.Length, Integers.View);
        Note(samples);
    }

    /// <summary>Queues the copy of the weights of a batch whose labels were staged last.</summary>
    public void QueueWeights(DeviceQueue queue, ClassWeights weights, int batch)
    {
        _stagedWeights.Require(batch);
        weights.Normalize(_stagedIntegers.First(batch), _stagedWeights.First(batch));
        _stagedWeights.Queue(queue, batch, Weights.View);
    }

    /// <summary>Queues the copy of a batch's inputs from the host.</summary>
    public void QueueInput(DeviceQueue queue, Dataset data, ReadOnlySpan<int> samples)
    {
        int length = checked(samples.Length * data.InputLength);
        _stagedInput.Require(length);
        Span<float> staged = _stagedInput.First(length);
        data.GatherInputs(samples, staged);
        _stagedInput.Queue(queue, length, Input.View);
    }

    public void Dispose()
    {
        _stagedInput.Dispose();
        _stagedIntegers.Dispose();
        _stagedWeights.Dispose();
    }

    private void Note(ReadOnlySpan<int> samples)
    {
        if (_samples.Length < samples.Length)
        {
            _samples = new int[samples.Length];
        }

        samples.CopyTo(_samples);
        _count = samples.Length;
    }

    /// <summary>Arrays of a pass start at multiples of 64 bytes.</summary>
    private static long Padded(long length) => (length + ModelParameters.Alignment - 1) / ModelParameters.Alignment * ModelParameters.Alignment;
}
