namespace PatchMoE.Training.Data;

/// <summary>Paths of a spec's data.</summary>
internal static class DataPath
{
    /// <summary>
    /// The full path. A spec written on Windows may separate folders by backslashes; elsewhere these are read as slashes, unless there is a file whose name contains
    /// them.
    /// </summary>
    /// <param name="path">The path in the spec.</param>
    /// <param name="folder">The folder that it is relative to: the spec file's own.</param>
    public static string Resolve(string path, string folder)
    {
        string full = Path.GetFullPath(path, folder);
        return Path.DirectorySeparatorChar == '\\' || !path.Contains('\\') || Path.Exists(full) ? full : Path.GetFullPath(path.Replace('\\', '/'), folder);
    }
}
