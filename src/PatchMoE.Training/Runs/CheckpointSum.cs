using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using PatchMoE.Formats;

namespace PatchMoE.Training.Runs;

/// <summary>The checksum of a checkpoint: a bit that a disk lost would otherwise change a training without a word.</summary>
internal static class CheckpointSum
{
    /// <summary>Its key in the metadata.</summary>
    public const string Key = "sha256";

    /// <summary>SHA-256 over the tensors' names and values and all other metadata, in hexadecimal digits.</summary>
    /// <param name="tensors">The tensors, in any order.</param>
    /// <param name="metadata">The entries; one of the checksum itself is left out.</param>
    public static string Of(IEnumerable<NamedTensor> tensors, IReadOnlyDictionary<string, string> metadata)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (NamedTensor tensor in tensors.OrderBy(tensor => tensor.Name, StringComparer.Ordinal))
        {
            Append(hash, tensor.Name);
            hash.AppendData(MemoryMarshal.AsBytes(tensor.Values.AsSpan()));
        }

        foreach ((string key, string value) in metadata.Where(entry => entry.Key != Key).OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            Append(hash, key);
            Append(hash, value);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    // The length comes first, so that no two lists of texts are the same bytes.
    private static void Append(IncrementalHash hash, string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        hash.AppendData(BitConverter.GetBytes(bytes.Length));
        hash.AppendData(bytes);
    }
}
