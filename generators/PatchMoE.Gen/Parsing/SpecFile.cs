namespace PatchMoE.Gen.Parsing;

/// <summary>An additional file that may be a spec.</summary>
/// <param name="Path">Its full path.</param>
/// <param name="Result">What reading it gives.</param>
/// <param name="Link">Where the project shows it, if not where it lies; empty if it does not say.</param>
internal sealed record SpecFile(string Path, SpecResult Result, string Link = "")
{
    /// <summary>The option that holds a file's <c>Link</c>, where the project makes it visible to the compiler.</summary>
    public const string LinkOption = "build_metadata.AdditionalFiles.Link";

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
    /// The files that a path in an attribute means: the one that lies there in the project's folder; else the one that is linked there; else all whose path, or
    /// link, ends so.
    /// </summary>
    public static IReadOnlyList<SpecFile> Find(IEnumerable<SpecFile> files, string path, string projectFolder)
    {
        string wanted = Normalise(path);
        string exact = Normalise(projectFolder + "/" + path);
        SpecFile[] all = files.GroupBy(file => Normalise(file.Path)).Select(same => same.First()).ToArray();
        SpecFile? one = all.FirstOrDefault(file => Normalise(file.Path) == exact) ?? all.FirstOrDefault(file => Normalise(file.Link) == wanted);
        return one is not null ? [one] : all.Where(file => EndsIn(file.Path, wanted) || EndsIn(file.Link, wanted)).ToArray();
    }

    /// <summary>The files that a project has instead, for a message: <c>, which are specs/a.json, specs/b.json</c>; empty if there are none.</summary>
    public static string List(IEnumerable<SpecFile> files, string projectFolder)
    {
        const int Shown = 5;
        string folder = Normalise(projectFolder).TrimEnd('/') + "/";
        string[] paths = files.Select(file => Normalise(file.Path)).Where(path => WhyNoSpec(path) is null).Distinct()
            .Select(path => path.StartsWith(folder, StringComparison.Ordinal) ? path.Substring(folder.Length) : path).ToArray();
        return paths.Length == 0 ? string.Empty : $", which are {string.Join(", ", paths.Take(Shown))}{(paths.Length > Shown ? ", …" : string.Empty)}";
    }

    private static bool EndsIn(string path, string wanted) =>
        Normalise(path) is var full && (full == wanted || full.EndsWith("/" + wanted, StringComparison.Ordinal));

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
