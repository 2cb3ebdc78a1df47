namespace PatchMoE.Training.Data;

/// <summary>
/// Texts as patches, without the zeros: of the values of a sentence that is hashed into some hundred dimensions few are not 0, and padding holds none.
/// </summary>
/// <param name="places">[N], for each text the indices of its values in the sample, ascending.</param>
/// <param name="values">[N], the values.</param>
internal sealed class TextStore(int[][] places, float[][] values) : SampleStore
{
    /// <summary>Keeps what is not 0 of a sample.</summary>
    /// <param name="sample">Its values.</param>
    public static (int[] Places, float[] Values) Compress(ReadOnlySpan<float> sample)
    {
        int count = sample.Length - sample.Count(0f);
        var places = new int[count];
        var values = new float[count];
        int next = 0;
        for (int i = 0; next < count; i++)
        {
            if (sample[i] != 0)
            {
                (places[next], values[next++]) = (i, sample[i]);
            }
        }

        return (places, values);
    }

    public override void Copy(int sample, Span<float> target)
    {
        target.Clear();
        Write(sample, target);
    }

    /// <inheritdoc/>
    public override void CopyOver(int before, int sample, Span<float> target)
    {
        foreach (int place in places[before])
        {
            target[place] = 0;
        }

        Write(sample, target);
    }

    private void Write(int sample, Span<float> target)
    {
        int[] at = places[sample];
        float[] value = values[sample];
        for (int i = 0; i < at.Length; i++)
        {
            target[at[i]] = value[i];
        }
    }
}
