using PatchMoE.Cli.Outputs;
using PatchMoE.Formats;

namespace PatchMoE.Cli.Inputs;

/// <summary>Reads an array that is named on the command line: a file, a pipe, or <c>-</c> for standard input.</summary>
internal static class ArrayInput
{
    /// <summary>Stands for standard input.</summary>
    public const string StandardInput = "-";

    private const string StandardInputName = "standard input";

    /// <summary>Reads it.</summary>
    /// <exception cref="BadInputException">It cannot be read, or is not an array that fits the purpose.</exception>
    public static NpyArray Read(string path, NpyReading reading)
    {
        if (path != StandardInput)
        {
            return NpyFile.Read(path, reading);
        }

        return FromStandardInput(stream => NpyFile.Read(stream, StandardInputName, reading));
    }

    /// <summary>All bytes of standard input, whatever they are.</summary>
    /// <exception cref="BadInputException">It is a terminal, or cannot be read.</exception>
    public static byte[] ReadAll() => FromStandardInput(stream =>
    {
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    });

    private static T FromStandardInput<T>(Func<Stream, T> read)
    {
        if (InheritedDescriptor.IsClosed(InheritedDescriptor.Input))
        {
            throw new BadInputException("standard input: cannot be read: it is closed. Pipe something into it, for example with 'cat x.npy | pmoe …'.");
        }

        if (!Console.IsInputRedirected)
        {
            throw new BadInputException("standard input: cannot be read: it is a terminal. Pipe something into it, for example with 'cat x.npy | pmoe …'.");
        }

        return InputFile.Explain(StandardInputName, () =>
        {
            using Stream stream = Console.OpenStandardInput();
            return read(stream);
        });
    }

    /// <summary>How messages call what a path names.</summary>
    public static string NameOf(string path) => path == StandardInput ? StandardInputName : path;

    /// <summary>The files behind paths of arrays: those that an output may not replace.</summary>
    public static IEnumerable<string?> Files(params IEnumerable<string?> paths) => paths.OfType<string>().Where(path => path != StandardInput).Select(path => NpzFile.Split(path).File);

    /// <summary>Rejects standard input for two arrays: it can be read once.</summary>
    /// <exception cref="BadInputException">It is named twice.</exception>
    public static void RequireOneStandardInput(params IEnumerable<string?> paths)
    {
        if (paths.Count(path => path == StandardInput) > 1)
        {
            throw new BadInputException("'-' is given twice, but standard input can be read only once. Give a file for all arrays but one.");
        }
    }
}
