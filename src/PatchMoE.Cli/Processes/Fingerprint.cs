using System.Reflection;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using PatchMoE.Training.Data;

namespace PatchMoE.Cli.Processes;

/// <summary>Something that must be the same on all processes.</summary>
/// <param name="Name">How messages refer to it.</param>
/// <param name="Hash">SHA-256.</param>
internal sealed record Fingerprint(string Name, byte[] Hash)
{
    /// <summary>The length of a hash.</summary>
    public const int Length = SHA256.HashSizeInBytes;

    /// <summary>The program: its compilation, not only its number.</summary>
    public static Fingerprint OfProgram() => new("version of pmoe", SHA256.HashData(Encoding.UTF8.GetBytes(
        $"{typeof(Fingerprint).Module.ModuleVersionId} {typeof(Dataset).Module.ModuleVersionId} {typeof(PatchMoESpec).Module.ModuleVersionId} {Assembly.GetExecutingAssembly().GetName().Version}")));

    /// <summary>A spec with the command line's choices, and what computes. Where data lie may differ.</summary>
    public static Fingerprint OfSpec(PatchMoESpec spec, string backend) => new("spec", SHA256.HashData(Encoding.UTF8.GetBytes($"{SpecWriter.ToJson(spec with { Data = null })} {backend}")));

    /// <summary>Data: labels, lengths, and the values of data that are in memory.</summary>
    public static Fingerprint OfData(LoadedData data)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (Dataset part in (Dataset[])[data.Train, data.Test])
        {
            hash.AppendData(MemoryMarshal.AsBytes(part.Labels));
            hash.AppendData(MemoryMarshal.AsBytes(part.Lengths));
            if (part.IsInMemory)
            {
                hash.AppendData(MemoryMarshal.AsBytes(part.Values.Floats));
                hash.AppendData(part.Values.Pixels);
            }
        }

        return new Fingerprint("data", hash.GetHashAndReset());
    }
}
