namespace PatchMoE.Cli.Outputs;

/// <summary>Words of a command line that a person copies.</summary>
internal static class ShellWord
{
    /// <summary>A path as it is shortest from the current folder.</summary>
    public static string Path(string path)
    {
        string relative = System.IO.Path.GetRelativePath(Directory.GetCurrentDirectory(), path);
        return Of(relative.StartsWith("..", StringComparison.Ordinal) ? path : relative);
    }

    /// <summary>The word, in quotes if a shell would take it apart.</summary>
    public static string Of(string word) =>
        word.Length > 0 && word.All(letter => char.IsLetterOrDigit(letter) || letter is '/' or '.' or '-' or '_' or ':' or '\\' or ',' or '+' or '=' or '@') ? word
        : OperatingSystem.IsWindows() ? $"\"{word}\"" : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
