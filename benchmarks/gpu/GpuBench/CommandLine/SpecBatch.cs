using System.Globalization;

namespace PatchMoE.GpuBench.CommandLine;

/// <summary>A shape on the command line: a spec's path and a batch.</summary>
internal static class SpecBatch
{
    /// <summary>Reads <c>SPEC=BATCH</c>.</summary>
    public static (string Path, int Batch) Parse(string word)
    {
        int at = word.LastIndexOf('=');
        return at > 0 && int.TryParse(word.AsSpan(at + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int batch) && batch > 0
            ? (word[..at], batch)
            : throw new BadInputException($"{word}: not a spec with a batch. Write it as specs/wide.json=4096.");
    }

    /// <summary>Reads a spec.</summary>
    public static PatchMoESpec Read(string path)
    {
        SpecResult read = SpecReader.Read(File.ReadAllText(path), path);
        return read.Spec ?? throw new BadInputException(string.Join('\n', read.Diagnostics));
    }
}
