using PatchMoE.Training.Data;

namespace PatchMoE.Training.Engines;

/// <summary>A batch gathered from training data that fit a model; the arrays grow as needed and are reused.</summary>
/// <param name="model">The network that the data are for.</param>
internal sealed class HostBatch(ModelSpec model)
{
    private readonly int _inputLength = model.InputLength();
    private Dataset? _checked;
    private float[] _inputs = [];
    private int[] _labels = [];
    private int[] _lengths = [];
    private int _samples;
    private int _lengthsPerSample;

    /// <summary>B.</summary>
    public int Samples => _samples;

    /// <summary>[B, …].</summary>
    public ReadOnlySpan<float> Inputs => _inputs.AsSpan(0, _samples * _inputLength);

    /// <summary>[B].</summary>
    public ReadOnlySpan<int> Labels => _labels.AsSpan(0, _samples);

    /// <summary>Valid patches, [B] or [B, groups]; empty if all patches are valid.</summary>
    public ReadOnlySpan<int> Lengths => _lengths.AsSpan(0, _samples * _lengthsPerSample);

    /// <summary>Gathers samples.</summary>
    /// <param name="data">The data.</param>
    /// <param name="samples">Their indices.</param>
    /// <exception cref="BadInputException">The data do not fit the model, or one array cannot hold the batch.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The data have no such sample.</exception>
    public void Gather(Dataset data, ReadOnlySpan<int> samples)
    {
        if (!ReferenceEquals(_checked, data))
        {
            DatasetRules.CheckFit(data, model, "training data");
            _checked = data;
        }

        if (_labels.Length < samples.Length)
        {
            _inputs = SampleArray.Allocate(samples.Length, _inputLength, "training.batch");
            _labels = new int[samples.Length];
        }

        if (_lengths.Length < samples.Length * data.LengthsPerSample)
        {
            _lengths = new int[samples.Length * data.LengthsPerSample];
        }

        (_samples, _lengthsPerSample) = (samples.Length, data.LengthsPerSample);
        data.GatherInputs(samples, _inputs);
        data.GatherLabels(samples, _labels, _lengths);
    }
}
