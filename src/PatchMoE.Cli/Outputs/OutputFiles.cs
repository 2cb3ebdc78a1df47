using PatchMoE.Formats;

namespace PatchMoE.Cli.Outputs;

/// <summary>Checks the files that a command will write.</summary>
internal static class OutputFiles
{
    /// <summary>Rejects a file that would be written twice, or that is also read, even through a symbolic link.</summary>
    /// <param name="outputs">The files to write; null for none.</param>
    /// <param name="inputs">The files to read; null for none.</param>
    /// <exception cref="BadInputException">Two paths name the same file.</exception>
    public static void RequireDistinct(IEnumerable<string?> outputs, IEnumerable<string?> inputs)
    {
        var taken = inputs.OfType<string>().Where(path => path.Length > 0).Select(AtomicFile.FollowLinks).ToHashSet();
        foreach (string output in outputs.OfType<string>().Where(path => path.Length > 0))
        {
            if (!taken.Add(AtomicFile.FollowLinks(output)))
            {
                throw new BadInputException($"{output}: this file is named twice, and writing it would overwrite its contents. Give each output its own name.");
            }
        }
    }
}
