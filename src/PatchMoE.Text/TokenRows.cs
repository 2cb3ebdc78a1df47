namespace PatchMoE.Text;

/// <summary>
/// The rows of tokens in a table of V. A token of a byte-pair encoding that has at most V tokens has the row of its id. Any other has the row ⌊⌊h / 2³²⌋ · V / 2³²⌋, where h is its hash: no
/// list of words is needed, but two may have the same row: of w words, about w² / 2V pairs do.
/// </summary>
/// <param name="vocabulary">V.</param>
/// <param name="hasIds">Whether every id is a row.</param>
internal sealed class TokenRows(int vocabulary, bool hasIds)
{
    private readonly List<int> _patches = [];
    private readonly List<int> _ends = [];
    private readonly List<int> _rows = [];
    private readonly List<float> _features = [];

    /// <summary>Adds a segment.</summary>
    /// <param name="patch">The patch that it is.</param>
    /// <param name="tokens">Its tokens.</param>
    /// <param name="features">The features of its place.</param>
    public void Add(int patch, scoped TokenRun tokens, scoped ReadOnlySpan<float> features)
    {
        _patches.Add(patch);
        if (hasIds)
        {
            _rows.AddRange(tokens.Ids);
        }
        else
        {
            foreach (ulong hash in tokens.Hashes)
            {
                _rows.Add(HashBucket.Of(hash, vocabulary));
            }
        }

        _ends.Add(_rows.Count);
        _features.AddRange(features);
    }

    /// <summary>The tokens of all segments.</summary>
    public SegmentTokens ToTokens() => new([.. _patches], [.. _ends], [.. _rows], [.. _features]);
}
