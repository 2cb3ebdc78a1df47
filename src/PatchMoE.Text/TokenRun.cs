namespace PatchMoE.Text;

/// <summary>The tokens of a segment.</summary>
/// <param name="hashes">The hash of each token.</param>
/// <param name="pairs">The hash of each token and the one after it; one fewer.</param>
/// <param name="ids">The id of each token in its byte-pair encoding; empty for words.</param>
internal readonly ref struct TokenRun(ReadOnlySpan<ulong> hashes, ReadOnlySpan<ulong> pairs, ReadOnlySpan<int> ids)
{
    /// <summary>The hash of each token.</summary>
    public ReadOnlySpan<ulong> Hashes { get; } = hashes;

    /// <summary>The hash of each token and the one after it.</summary>
    public ReadOnlySpan<ulong> Pairs { get; } = pairs;

    /// <summary>The id of each token.</summary>
    public ReadOnlySpan<int> Ids { get; } = ids;
}
