using PatchMoE.Formats;

namespace PatchMoE.Cli.Outputs;

/// <summary>The files a command writes in the end.</summary>
internal static class OutputFiles
{
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
}
