using System.Runtime.InteropServices;

namespace PatchMoE.Text;

/// <summary>What takes the segments that become patches.</summary>
internal interface ISegmentTarget
{
    /// <summary>Takes one.</summary>
    /// <param name="patch">The patch that it becomes: its index among all places of the input.</param>
    /// <param name="segment">The segment.</param>
    /// <param name="hashes">The words of the text.</param>
    void Take(int patch, TextSegment segment, WordHashes hashes);
}

/// <summary>Writes hashed vectors and the features of places.</summary>
/// <param name="values">The input, 0 where nothing is written.</param>
/// <param name="spec">The text input.</param>
internal readonly ref struct HashedTarget(Span<float> values, TextSpec spec) : ISegmentTarget
{
    private readonly Span<float> _values = values;

    public void Take(int patch, TextSegment segment, WordHashes hashes)
    {
        Span<float> target = _values.Slice(patch * spec.PatchDimension, spec.PatchDimension);
        HashedEmbedding.Write(hashes, segment.Words.First, segment.Words.End, target[..spec.Dimension]);
        if (spec.Position)
        {
            PositionFeatures.Write(segment, target[spec.Dimension..]);
        }
    }
}

/// <summary>Collects the rows of tokens and the features of places.</summary>
/// <param name="rows">Where they go.</param>
/// <param name="spec">The text input.</param>
internal readonly struct TokenTarget(TokenRows rows, TextSpec spec) : ISegmentTarget
{
    public TokenRows Rows => rows;

    public void Take(int patch, TextSegment segment, WordHashes hashes)
    {
        Span<float> features = stackalloc float[spec.PatchDimension - spec.Dimension];
        if (spec.Position)
        {
            PositionFeatures.Write(segment, features);
        }

        rows.Add(patch, CollectionsMarshal.AsSpan(hashes.Words)[segment.Words.First..segment.Words.End], features);
    }
}
