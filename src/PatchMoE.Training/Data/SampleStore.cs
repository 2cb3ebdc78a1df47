namespace PatchMoE.Training.Data;

/// <summary>The values of samples, wherever they are.</summary>
internal abstract class SampleStore
{
    /// <summary>Copies one sample. May be called from several threads at once.</summary>
    /// <param name="sample">Its index.</param>
    /// <param name="values">As long as a sample, written.</param>
    public abstract void Copy(int sample, Span<float> values);

    /// <summary>Copies one sample over another of this store: what is 0 in both need not be written.</summary>
    /// <param name="before">The sample whose values are there.</param>
    /// <param name="sample">Its index.</param>
    /// <param name="values">As long as a sample, written.</param>
    public virtual void CopyOver(int before, int sample, Span<float> values) => Copy(sample, values);

    /// <summary>Whether the samples are texts whose vectors come from a table of tokens.</summary>
    public virtual bool HasTokens => false;

    /// <summary>The tokens of a text.</summary>
    /// <param name="sample">Its index.</param>
    /// <exception cref="InvalidOperationException">The samples have none.</exception>
    public virtual SegmentTokens TokensOf(int sample) => throw new InvalidOperationException("These samples have no tokens.");

    /// <summary>The same samples with the table of a network's weights.</summary>
    /// <param name="network">The weights.</param>
    public virtual SampleStore For(INetworkWeights network) => this;
}

/// <summary>Samples in memory, one after another.</summary>
/// <param name="values">[N, length].</param>
/// <param name="length">The number of values in a sample.</param>
internal sealed class FloatStore(float[] values, int length) : SampleStore
{
    public float[] Values => values;

    public override void Copy(int sample, Span<float> target) => values.AsSpan(sample * length, length).CopyTo(target);
}

/// <summary>Some of the samples of another store.</summary>
/// <param name="all">The store.</param>
/// <param name="samples">[N], the index of each sample in it.</param>
internal sealed class SelectedStore(SampleStore all, int[] samples) : SampleStore
{
    public override void Copy(int sample, Span<float> values) => all.Copy(samples[sample], values);

    public override void CopyOver(int before, int sample, Span<float> values) => all.CopyOver(samples[before], samples[sample], values);

    public override bool HasTokens => all.HasTokens;

    public override SegmentTokens TokensOf(int sample) => all.TokensOf(samples[sample]);

    public override SampleStore For(INetworkWeights network) => HasTokens ? new SelectedStore(all.For(network), samples) : this;
}
