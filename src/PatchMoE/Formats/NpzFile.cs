using System.IO.Compression;

namespace PatchMoE.Formats;

/// <summary>NumPy's .npz files: ZIP archives of .npy files. <c>file.npz:name</c> is one array of such a file.</summary>
internal static class NpzFile
{
    private const string Ending = ".npz";
    private const string ArrayEnding = ".npy";

    /// <summary>Names listed in a message.</summary>
    private const int Listed = 20;

    /// <summary>The file and the array of <c>file.npz:name</c>; a path that ends differently, or of a file that exists, is a file alone.</summary>
    public static (string File, string? Array) Split(string path)
    {
        int at = path.LastIndexOf(Ending + ":", StringComparison.OrdinalIgnoreCase);
        return at < 0 || File.Exists(path) ? (path, null) : (path[..(at + Ending.Length)], path[(at + Ending.Length + 1)..]);
    }

    /// <summary>Whether a file begins as ZIP archives do, the empty one included.</summary>
    public static bool Begins(ReadOnlySpan<byte> start) => start.StartsWith("PK\x3\x4"u8) || start.StartsWith("PK\x5\x6"u8);

    /// <summary>Reads one array.</summary>
    /// <param name="stream">The archive; its first bytes were read already.</param>
    /// <param name="start">These.</param>
    /// <param name="name">How messages call it.</param>
    /// <param name="reading">What the values are for.</param>
    /// <param name="array">The array's name; null for the only one.</param>
    /// <exception cref="BadInputException">The archive is damaged, the array is not one of it, or it is unclear which is meant.</exception>
    public static NpyArray Read(Stream stream, ReadOnlySpan<byte> start, string name, NpyReading reading, string? array)
    {
        using Stream? copy = stream.CanSeek ? null : Copy(stream, start);
        Stream seekable = copy ?? stream;
        seekable.Position = 0;
        try
        {
            using var archive = new ZipArchive(seekable, ZipArchiveMode.Read, leaveOpen: true);
            return Read(Choose(archive, name, array), name, reading);
        }
        catch (Exception e) when (e is InvalidDataException or NotSupportedException)
        {
            throw new BadInputException($"{name}: the .npz archive is damaged, or packed by an unusual method: {e.Message.TrimEnd('.')}. Save it again with np.savez or np.savez_compressed.", e);
        }
    }

    private static ZipArchiveEntry Choose(ZipArchive archive, string name, string? array)
    {
        ZipArchiveEntry[] entries = [.. archive.Entries.Where(entry => entry.FullName.EndsWith(ArrayEnding, StringComparison.Ordinal))];
        ZipArchiveEntry[] meant = array is null ? entries : [.. entries.Where(entry => NameOf(entry) == array)];
        if (meant.Length == 1)
        {
            return meant[0];
        }

        if (entries.Length == 0)
        {
            throw new BadInputException($"{name}: the .npz archive holds no arrays. Save them with np.savez(path, x=x).");
        }

        string names = string.Join(", ", entries.Take(Listed).Select(NameOf)) + (entries.Length > Listed ? ", …" : "");
        string file = Split(name).File;
        string example = file.EndsWith(Ending, StringComparison.OrdinalIgnoreCase) ? $"{file}:{NameOf(entries[0])}" : $"file{Ending}:{NameOf(entries[0])}, with a file whose name ends in {Ending}";
        throw new BadInputException(array is null
            ? $"{name}: the .npz archive holds several arrays: {names}. Say which, for example {example}."
            : $"{name}: the .npz archive holds {(meant.Length == 0 ? "no array" : "several arrays")} '{array}'; its arrays are {names}. Name one of them, for example {example}.");
    }

    private static NpyArray Read(ZipArchiveEntry entry, string name, NpyReading reading)
    {
        using Stream content = entry.Open();
        using var stream = new CheckedStream(content);
        Span<byte> start = stackalloc byte[8];
        start = start[..stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)];
        NpyArray array = NpyFile.ReadArray(stream, start, name, reading);
        return stream.Checksum == entry.Crc32
            ? array
            : throw new InvalidDataException($"the checksum of {entry.FullName} is wrong");
    }

    private static string NameOf(ZipArchiveEntry entry) => entry.FullName[..^ArrayEnding.Length];

    /// <summary>An archive's directory is at its end, so one from a pipe goes to a temporary file, which ends with the stream.</summary>
    private static FileStream Copy(Stream stream, ReadOnlySpan<byte> start)
    {
        var copy = new FileStream(
            Path.Combine(Path.GetTempPath(), $"pmoe-{Guid.NewGuid():N}.tmp"), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, bufferSize: 1 << 16, FileOptions.DeleteOnClose);
        copy.Write(start);
        stream.CopyTo(copy);
        return copy;
    }
}
