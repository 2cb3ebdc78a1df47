namespace PatchMoE;

/// <summary>
/// Brings inputs to mean 0 and standard deviation 1 over the training data: value ← (value − mean) / deviation, with one mean and one deviation for each channel of an
/// image, or for each column of a table. Value i of a sample belongs to channel i mod <c>Mean.Count</c>.
/// </summary>
public sealed record Normalization
{
    /// <summary>Creates a normalisation.</summary>
    /// <param name="mean">The mean of each channel, at least one, all finite.</param>
    /// <param name="deviation">The standard deviation of each channel, all finite and above 0.</param>
    /// <exception cref="ArgumentException">The counts differ or are 0, or a value is not as required.</exception>
    public Normalization(EquatableArray<float> mean, EquatableArray<float> deviation)
    {
        if (mean.Count == 0 || mean.Count != deviation.Count)
        {
            throw new ArgumentException($"{mean.Count} means and {deviation.Count} deviations: give one of each for every channel.", nameof(deviation));
        }

        if (!mean.All(float.IsFinite) || !deviation.All(value => float.IsFinite(value) && value > 0))
        {
            throw new ArgumentException("Means must be finite, and deviations finite and above 0.", nameof(deviation));
        }

        (Mean, Deviation) = (mean, deviation);
    }

    /// <summary>The mean of each channel.</summary>
    public EquatableArray<float> Mean { get; }

    /// <summary>The standard deviation of each channel, above 0.</summary>
    public EquatableArray<float> Deviation { get; }

    /// <summary>Normalises samples in place.</summary>
    /// <param name="values">Whole samples, one after another; the channels of a position are adjacent.</param>
    public void Apply(Span<float> values)
    {
        int channels = Mean.Count;
        for (int channel = 0; channel < channels; channel++)
        {
            (float mean, float deviation) = (Mean[channel], Deviation[channel]);
            for (int i = channel; i < values.Length; i += channels)
            {
                values[i] = (values[i] - mean) / deviation;
            }
        }
    }

    /// <summary>Turns normalised samples back, in place, to show them.</summary>
    /// <param name="values">As for <see cref="Apply"/>.</param>
    public void Undo(Span<float> values)
    {
        int channels = Mean.Count;
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = (values[i] * Deviation[i % channels]) + Mean[i % channels];
        }
    }
}
