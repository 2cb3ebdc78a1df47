namespace PatchMoE.Text;

/// <summary>What takes the segments that become patches.</summary>
internal interface ISegmentTarget
{
    /// <summary>Takes one.</summary>
    /// <param name="patch">The patch that it becomes: its index among all places of the input.</param>
    /// <param name="tokens">Its tokens.</param>
    /// <param name="places">The features of its role and place, and of those of the segments around it, from the inner to the outer.</param>
    void Take(int patch, scoped TokenRun tokens, scoped ReadOnlySpan<float> places);
}

/// <summary>Writes hashed vectors and the features of places.</summary>
/// <param name="values">The input, 0 where nothing is written.</param>
/// <param name="spec">The text input.</param>
internal readonly ref struct HashedTarget(Span<float> values, TextSpec spec) : ISegmentTarget
{
    private readonly Span<float> _values = values;

    public void Take(int patch, scoped TokenRun tokens, scoped ReadOnlySpan<float> places)
    {
        Span<float> target = _values.Slice(patch * spec.PatchDimension, spec.PatchDimension);
        HashedEmbedding.Write(tokens, target[..spec.Dimension]);
        places.CopyTo(target[spec.Dimension..]);
    }
}

/// <summary>Collects the rows of tokens and the features of places.</summary>
/// <param name="rows">Where they go.</param>
internal readonly struct TokenTarget(TokenRows rows) : ISegmentTarget
{
    public TokenRows Rows => rows;

    public void Take(int patch, scoped TokenRun tokens, scoped ReadOnlySpan<float> places) => rows.Add(patch, tokens, places);
}
