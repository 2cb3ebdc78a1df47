namespace PatchMoE.Cli.Outputs;

/// <summary>The files a command writes in the end: all of them or none.</summary>
internal sealed class OutputFiles
{
    private readonly List<(string Path, Action<string> Write)> _files = [];

    /// <summary>Adds a file; nothing is written yet.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="write">Writes it whole or not at all.</param>
    public void Add(string path, Action<string> write) => _files.Add((path, write));

    /// <summary>Refuses a file that is to be written twice, or that is read, also by way of a symbolic link.</summary>
    /// <param name="outputs">What will be written; null where nothing is.</param>
    /// <param name="inputs">What is read; null where nothing is.</param>
    /// <exception cref="BadInputException">Two paths name one file.</exception>
    public static void RequireDistinct(IEnumerable<string?> outputs, IEnumerable<string?> inputs)
    {
        var taken = inputs.OfType<string>().Where(path => path.Length > 0).Select(AtomicFile.FollowLinks).ToHashSet();
        foreach (string output in outputs.OfType<string>().Where(path => path.Length > 0))
        {
            if (!taken.Add(AtomicFile.FollowLinks(output)))
            {
                throw new BadInputException($"{output}: this file is named twice, and writing it would lose what it holds. Give each output a name of its own.");
            }
        }
    }

    /// <summary>Writes the files in order. If one fails, those before it are removed.</summary>
    /// <exception cref="BadInputException">A file cannot be written.</exception>
    public void Write()
    {
        int written = 0;
        try
        {
            foreach ((string path, Action<string> write) in _files)
            {
                write(path);
                written++;
            }
        }
        catch
        {
            foreach ((string path, _) in _files.Take(written))
            {
                File.Delete(path);
            }

            throw;
        }
    }
}
