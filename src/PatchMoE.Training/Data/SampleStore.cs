namespace PatchMoE.Training.Data;

/// <summary>The values of samples, wherever they are.</summary>
internal abstract class SampleStore
{
    /// <summary>Copies one sample. May be called from several threads at once.</summary>
    /// <param name="sample">Its index.</param>
    /// <param name="values">As long as a sample, written.</param>
    public abstract void Copy(int sample, Span<float> values);
}

/// <summary>Samples in memory, one after another.</summary>
/// <param name="values">[N, length].</param>
/// <param name="length">The number of values in a sample.</param>
internal sealed class FloatStore(float[] values, int length) : SampleStore
{
    public float[] Values => values;

    public override void Copy(int sample, Span<float> target) => values.AsSpan(sample * length, length).CopyTo(target);
}
