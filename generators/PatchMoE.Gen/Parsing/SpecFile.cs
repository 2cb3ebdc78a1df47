namespace PatchMoE.Gen.Parsing;

/// <summary>An additional file that may be a spec.</summary>
/// <param name="Path">Its full path.</param>
/// <param name="Result">What reading it gives.</param>
internal sealed record SpecFile(string Path, SpecResult Result)
{
    /// <summary>
    /// The files that a path in an attribute means: the one that lies there in the project's folder, else all whose path ends so.
    /// </summary>
    public static IReadOnlyList<SpecFile> Find(IEnumerable<SpecFile> files, string path, string projectFolder)
    {
        string wanted = Normalise(path);
        string exact = Normalise(projectFolder).TrimEnd('/') + "/" + wanted;
        SpecFile[] all = files.ToArray();
        SpecFile? inProject = all.FirstOrDefault(file => Normalise(file.Path) == exact);
        return inProject is not null
            ? [inProject]
            : all.Where(file => Normalise(file.Path) is var full && (full == wanted || full.EndsWith("/" + wanted, StringComparison.Ordinal))).ToArray();
    }

    private static string Normalise(string path)
    {
        string slashes = path.Replace('\\', '/');
        return slashes.StartsWith("./", StringComparison.Ordinal) ? slashes.Substring(2) : slashes;
    }
}
