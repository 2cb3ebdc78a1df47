using PatchMoE.Training.Data;

namespace PatchMoE.TorchSharp;

/// <summary>A batch gathered from training data; the arrays grow and are used again.</summary>
internal sealed class HostBatch
{
    private float[] _inputs = [];
    private int[] _labels = [];
    private int[] _lengths = [];
    private int _samples;
    private int _lengthsPerSample;
    private int _inputLength;

    /// <summary>[B, …].</summary>
    public ReadOnlySpan<float> Inputs => _inputs.AsSpan(0, _samples * _inputLength);

    /// <summary>[B].</summary>
    public ReadOnlySpan<int> Labels => _labels.AsSpan(0, _samples);

    /// <summary>[B] or [B, groups]; empty where all patches are valid.</summary>
    public ReadOnlySpan<int> Lengths => _lengths.AsSpan(0, _samples * _lengthsPerSample);

    /// <summary>Gathers samples.</summary>
    /// <param name="data">The data.</param>
    /// <param name="samples">Their indices.</param>
    public void Gather(Dataset data, ReadOnlySpan<int> samples)
    {
        (_samples, _inputLength, _lengthsPerSample) = (samples.Length, data.InputLength, data.LengthsPerSample);
        if (_labels.Length < _samples)
        {
            _inputs = SampleArray.Allocate(_samples, _inputLength, "training.batch");
            _labels = new int[_samples];
            _lengths = new int[_samples * _lengthsPerSample];
        }

        for (int i = 0; i < samples.Length; i++)
        {
            data.InputsOf(samples[i], 1).CopyTo(_inputs.AsSpan(i * _inputLength));
            data.LengthsOf(samples[i], 1).CopyTo(_lengths.AsSpan(i * _lengthsPerSample));
            _labels[i] = data.Labels[samples[i]];
        }
    }
}
