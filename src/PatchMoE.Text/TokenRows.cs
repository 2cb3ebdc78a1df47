namespace PatchMoE.Text;

/// <summary>
/// The row of a word in a table of V tokens: ⌊⌊h / 2³²⌋ · V / 2³²⌋, where h is the word's hash. No list of words is needed, but two words may have the same row: of w words, about w² / 2V
/// pairs do.
/// </summary>
/// <param name="vocabulary">V.</param>
internal sealed class TokenRows(int vocabulary)
{
    private readonly List<int> _patches = [];
    private readonly List<int> _ends = [];
    private readonly List<int> _rows = [];
    private readonly List<float> _features = [];

    /// <summary>Adds a segment.</summary>
    /// <param name="patch">The patch that it is.</param>
    /// <param name="words">The hashes of its words.</param>
    /// <param name="features">The features of its place.</param>
    public void Add(int patch, ReadOnlySpan<ulong> words, ReadOnlySpan<float> features)
    {
        _patches.Add(patch);
        foreach (ulong word in words)
        {
            _rows.Add((int)(((word >> 32) * (ulong)vocabulary) >> 32));
        }

        _ends.Add(_rows.Count);
        _features.AddRange(features);
    }

    /// <summary>The tokens of all segments.</summary>
    public SegmentTokens ToTokens() => new([.. _patches], [.. _ends], [.. _rows], [.. _features]);
}
