using System.Buffers.Binary;
using System.IO.Hashing;
using System.Runtime.InteropServices;

namespace PatchMoE.Text;

/// <summary>
/// The tokens of one segment after the other, by byte-pair encoding, and their hashes: XXH3 (64 bits, seed 0) of the ids of one token, or of two in a row, as 32-bit integers, the lower byte
/// first.
/// </summary>
internal sealed class BpeTokens
{
    private readonly List<int> _ids = [];
    private readonly List<ulong> _hashes = [];
    private readonly List<ulong> _pairs = [];

    /// <summary>The tokens of a segment, until the next call.</summary>
    /// <param name="encoding">The encoding.</param>
    /// <param name="text">The segment's text.</param>
    public TokenRun Of(BpeEncoding encoding, ReadOnlySpan<char> text)
    {
        _ids.Clear();
        _hashes.Clear();
        _pairs.Clear();
        _ids.AddRange(encoding.Encode(text));
        Span<byte> bytes = stackalloc byte[2 * sizeof(int)];
        for (int i = 0; i < _ids.Count; i++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(bytes, _ids[i]);
            _hashes.Add(XxHash3.HashToUInt64(bytes[..sizeof(int)]));
            if (i + 1 < _ids.Count)
            {
                BinaryPrimitives.WriteInt32LittleEndian(bytes[sizeof(int)..], _ids[i + 1]);
                _pairs.Add(XxHash3.HashToUInt64(bytes));
            }
        }

        return new TokenRun(CollectionsMarshal.AsSpan(_hashes), CollectionsMarshal.AsSpan(_pairs), CollectionsMarshal.AsSpan(_ids));
    }
}
