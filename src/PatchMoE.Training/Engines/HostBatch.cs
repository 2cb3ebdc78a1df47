using PatchMoE.Kernels;
using PatchMoE.Training.Data;

namespace PatchMoE.Training.Engines;

/// <summary>A batch of training data that fit a model; the arrays grow as needed and are reused.</summary>
/// <param name="model">The network that the data are for.</param>
internal sealed class HostBatch(ModelSpec model)
{
    private readonly int _inputLength = model.InputLength();
    private Dataset? _data;
    private float[] _inputs = [];

    // The sample of the data whose values each place of the inputs has; −1 for none.
    private int[] _held = [];
    private int[] _indices = [];
    private int[] _places = [];
    private int[] _labels = [];
    private int[] _lengths = [];
    private float[] _weights = [];
    private int _samples;
    private int _lengthsPerSample;
    private bool _hasInputs;

    /// <summary>B.</summary>
    public int Samples => _samples;

    /// <summary>Whether the engine can read pixels in <see cref="Data"/>.</summary>
    public bool TakesPixels { get; init; }

    /// <summary>[N, …], the data that it is a part of, or [B, …], its samples alone if the engine cannot read the data where they are.</summary>
    public InputValues Data => _data is null ? default : IsReadInPlace ? _data.Values : new InputValues(Inputs);

    /// <summary>[B], its samples' indices in <see cref="Data"/>.</summary>
    public ReadOnlySpan<int> Indices => _data is null || IsReadInPlace ? _indices.AsSpan(0, _samples) : _places.AsSpan(0, _samples);

    /// <summary>[B, …], a copy of its samples side by side: for an engine that cannot read them in the data. Made when it is first asked for.</summary>
    /// <exception cref="BadInputException">One array cannot hold it.</exception>
    public ReadOnlySpan<float> Inputs
    {
        get
        {
            if (!_hasInputs)
            {
                CopyInputs();
            }

            return _inputs.AsSpan(0, _samples * _inputLength);
        }
    }

    /// <summary>[B].</summary>
    public ReadOnlySpan<int> Labels => _labels.AsSpan(0, _samples);

    /// <summary>Valid patches, [B] or [B, groups]; empty if all patches are valid.</summary>
    public ReadOnlySpan<int> Lengths => _lengths.AsSpan(0, _samples * _lengthsPerSample);

    /// <summary>How much each class counts in the loss; null if all count the same.</summary>
    public ClassWeights? ClassWeights { get; set; }

    /// <summary>How much each sample counts in the loss, [B], with the mean 1; empty if all count the same.</summary>
    public ReadOnlySpan<float> Weights => ClassWeights is null ? [] : _weights.AsSpan(0, _samples);

    /// <summary>Gathers samples.</summary>
    /// <param name="data">The data.</param>
    /// <param name="samples">Their indices.</param>
    /// <exception cref="BadInputException">The data do not fit the model.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The data have no such sample.</exception>
    public void Gather(Dataset data, ReadOnlySpan<int> samples)
    {
        if (!ReferenceEquals(_data, data))
        {
            DatasetRules.CheckFit(data, model, "training data");
            _data = data;
            _held.AsSpan().Fill(-1);
        }

        if (_labels.Length < samples.Length)
        {
            _indices = new int[samples.Length];
            _places = [.. Enumerable.Range(0, samples.Length)];
            _labels = new int[samples.Length];
            _weights = new float[samples.Length];
        }

        if (_lengths.Length < samples.Length * data.LengthsPerSample)
        {
            _lengths = new int[samples.Length * data.LengthsPerSample];
        }

        (_samples, _lengthsPerSample, _hasInputs) = (samples.Length, data.LengthsPerSample, false);
        samples.CopyTo(_indices);
        data.GatherLabels(samples, _labels, _lengths);
        ClassWeights?.Normalize(Labels, _weights);
    }

    private bool IsReadInPlace => _data is { IsInMemory: true } && (TakesPixels || !_data.HasPixels);

    private void CopyInputs()
    {
        if (_inputs.Length < _samples * (long)_inputLength)
        {
            _inputs = SampleArray.Allocate(_samples, _inputLength, "training.batch");
            _held = new int[_samples];
            _held.AsSpan().Fill(-1);
        }

        _data?.GatherInputs(_indices.AsSpan(0, _samples), _inputs, _held);
        _hasInputs = true;
    }
}
