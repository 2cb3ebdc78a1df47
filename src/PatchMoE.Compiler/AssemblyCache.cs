using System.Security.Cryptography;
using System.Text;
using PatchMoE.Formats;
using PatchMoE.Gen;

namespace PatchMoE.Compiler;

/// <summary>
/// Compiled models on disk, keyed by the hash of the spec and of everything that turns it into code. Two processes may use one folder at once: an
/// entry is written to a temporary file and renamed, and carries a hash of its own bytes. The 256 most recently used are kept.
/// </summary>
/// <param name="folder">The folder; created when first written to.</param>
public sealed class AssemblyCache(string folder)
{
    private const int HashLength = 32;

    /// <summary>The number of entries that are kept; beyond it, the least recently used are removed.</summary>
    private const int MostEntries = 256;
    private const string Ending = ".bin";

    // An entry is stale as soon as any of these is rebuilt.
    private static readonly string s_tools = string.Join(
        ' ',
        new[] { typeof(PatchMoEGenerator), typeof(IPatchMoEModel), typeof(PatchMoESpec), typeof(PatchMoECompiler), typeof(object) }
            .Select(type => type.Module.ModuleVersionId));

    /// <summary>The user's cache; null if the system has no folder for one.</summary>
    public static AssemblyCache? ForUser()
    {
        // A new account has no such folder yet; the first entry creates it.
        string data = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify);
        return data.Length == 0 ? null : new AssemblyCache(Path.Combine(data, "PatchMoE", "compiled"));
    }

    /// <summary>The assembly of a spec: from the cache, or built and stored. A cache that cannot be read or written is ignored.</summary>
    /// <param name="specJson">The canonical JSON of name and model.</param>
    /// <param name="build">Builds the assembly.</param>
    public byte[] GetOrAdd(string specJson, Func<byte[]> build)
    {
        string path = PathOf(specJson);
        if (TryRead(path) is { } cached)
        {
            return cached;
        }

        byte[] assembly = build();
        TryWrite(path, assembly);
        return assembly;
    }

    /// <summary>Whether an undamaged assembly of a spec is in the cache.</summary>
    public bool Contains(string specJson) => TryRead(PathOf(specJson)) is not null;

    /// <summary>The file in which the assembly of a spec is stored.</summary>
    public string PathOf(string specJson) =>
        Path.Combine(folder, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{s_tools}\n{specJson}"))) + Ending);

    private static byte[]? TryRead(string path)
    {
        try
        {
            byte[] entry = File.ReadAllBytes(path);
            if (entry.Length <= HashLength || !SHA256.HashData(entry.AsSpan(HashLength)).AsSpan().SequenceEqual(entry.AsSpan(0, HashLength)))
            {
                return null;
            }

            TryTouch(path);
            return entry[HashLength..];
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Records that an entry was used; in a read-only folder nothing is ever removed either.</summary>
    private static void TryTouch(string path)
    {
        try
        {
            File.SetLastWriteTimeUtc(path, DateTime.UtcNow);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
        }
    }

    private void TryWrite(string path, byte[] assembly)
    {
        try
        {
            Directory.CreateDirectory(folder);
            AtomicFile.Write(path, stream =>
            {
                stream.Write(SHA256.HashData(assembly));
                stream.Write(assembly);
            });
            foreach (FileInfo unused in new DirectoryInfo(folder).GetFiles("*" + Ending).OrderByDescending(entry => entry.LastWriteTimeUtc).Skip(MostEntries))
            {
                unused.Delete();
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or BadInputException)
        {
            // The model is built; without the cache, the next call merely takes longer.
        }
    }
}
