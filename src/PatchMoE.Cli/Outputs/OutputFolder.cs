using PatchMoE.Formats;

namespace PatchMoE.Cli.Outputs;

/// <summary>Creates folders for results.</summary>
internal static class OutputFolder
{
    /// <summary>Creates a folder if it does not exist.</summary>
    /// <returns>The path as given.</returns>
    /// <exception cref="BadInputException">It cannot be created.</exception>
    public static string Create(string path)
    {
        try
        {
            Directory.CreateDirectory(path);
            return path;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new BadInputException($"{path}: the folder cannot be created: {IoReason.Of(e)}. Choose another.", e);
        }
    }
}
