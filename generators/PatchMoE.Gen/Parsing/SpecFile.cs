namespace PatchMoE.Gen.Parsing;

/// <summary>An additional file that may be a spec.</summary>
/// <param name="Path">Its full path.</param>
/// <param name="Result">What reading it gives.</param>
internal sealed record SpecFile(string Path, SpecResult Result)
{
    private const string Ending = ".json";

    /// <summary>Whether an additional file may be a spec: others are never read.</summary>
    public static bool MayBe(string path) => path.EndsWith(Ending, StringComparison.OrdinalIgnoreCase);

    /// <summary>Why no spec can have such a path; null if one can.</summary>
    public static string? WhyNoSpec(string path)
    {
        if (string.IsNullOrWhiteSpace(path))
        {
            return "the path is empty";
        }

        return !MayBe(path) ? $"only files that end in '{Ending}' are read as specs"
            : path.EndsWith(".schema" + Ending, StringComparison.OrdinalIgnoreCase) ? "a file that ends in '.schema.json' is a schema, which says what a spec may hold"
            : null;
    }

    /// <summary>
    /// The files that a path in an attribute means: the one that lies there in the project's folder, else all whose path ends so.
    /// </summary>
    public static IReadOnlyList<SpecFile> Find(IEnumerable<SpecFile> files, string path, string projectFolder)
    {
        string wanted = Normalise(path);
        string exact = Normalise(projectFolder + "/" + path);
        SpecFile[] all = files.ToArray();
        SpecFile? inProject = all.FirstOrDefault(file => Normalise(file.Path) == exact);
        return inProject is not null
            ? [inProject]
            : all.Where(file => Normalise(file.Path) is var full && (full == wanted || full.EndsWith("/" + wanted, StringComparison.Ordinal))).ToArray();
    }

    /// <summary>The path with '/' alone, and without '.', '..' and empty parts as far as they can be resolved.</summary>
    private static string Normalise(string path)
    {
        var parts = new List<string>();
        foreach (string part in path.Replace('\\', '/').Split('/'))
        {
            bool root = parts.Count == 0;
            if (part == ".." && !root && parts[parts.Count - 1] is not ("" or ".."))
            {
                parts.RemoveAt(parts.Count - 1);
            }
            else if (part != "." && (part.Length > 0 || root))
            {
                parts.Add(part);
            }
        }

        return string.Join("/", parts);
    }
}
