namespace PatchMoE.Training.Data;

/// <summary>Mean and standard deviation of each channel, or each column, over the samples.</summary>
internal static class Statistics
{
    /// <summary>Measures samples in memory, in two passes and double precision.</summary>
    /// <param name="data">The samples.</param>
    /// <param name="channels">The number of channels: the last axis of a sample, or all of its values if each is a column of its own.</param>
    public static Normalization Measure(Dataset data, int channels)
    {
        ReadOnlySpan<float> inputs = data.Inputs;
        long count = inputs.Length / channels;
        var mean = new double[channels];
        for (int i = 0; i < inputs.Length; i++)
        {
            mean[i % channels] += inputs[i];
        }

        for (int channel = 0; channel < channels; channel++)
        {
            mean[channel] /= count;
        }

        var square = new double[channels];
        for (int i = 0; i < inputs.Length; i++)
        {
            double from = inputs[i] - mean[i % channels];
            square[i % channels] += from * from;
        }

        return Of(mean, [.. square.Select(sum => sum / count)]);
    }

    /// <summary>The normalisation for given means and variances; a channel that never changes is only shifted.</summary>
    public static Normalization Of(IReadOnlyList<double> mean, IReadOnlyList<double> variance) => new(
        mean.Select(value => (float)value).ToEquatableArray(),
        variance.Select(value => (float)Math.Sqrt(value)).Select(deviation => deviation > 0 ? deviation : 1f).ToEquatableArray());
}
