using PatchMoE.Formats;

namespace PatchMoE.Cli.Outputs;

/// <summary>Makes folders that results go to.</summary>
internal static class OutputFolder
{
    /// <summary>Makes a folder where there is none.</summary>
    /// <returns>The path as it was given.</returns>
    /// <exception cref="BadInputException">It cannot be made.</exception>
    public static string Create(string path)
    {
        try
        {
            Directory.CreateDirectory(path);
            return path;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new BadInputException($"{path}: the folder cannot be made: {IoReason.Of(e)}. Choose another.", e);
        }
    }
}
