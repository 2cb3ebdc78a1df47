using System.Xml.Linq;

namespace PatchMoE.Gen.Tests.Architecture;

/// <summary>A project of <c>src</c>, <c>generators</c> or <c>benchmarks</c>, as its file describes it.</summary>
/// <param name="Name">The name of its file.</param>
/// <param name="Folder">Its folder, with <c>/</c> at the end.</param>
/// <param name="RootNamespace">The namespace of its folder.</param>
/// <param name="References">The names of the projects that it references.</param>
internal sealed record SourceProject(string Name, string Folder, string RootNamespace, IReadOnlyList<string> References)
{
    private static readonly string[] s_places = ["src", "generators", "benchmarks"];

    /// <summary>All of them, by name.</summary>
    public static IReadOnlyList<SourceProject> All { get; } =
    [
        .. s_places
            .SelectMany(place => Directory.EnumerateFiles(Path.Combine(Repository.Root, place), "*.csproj", SearchOption.AllDirectories))
            .Select(Read)
            .OrderBy(project => project.Name, StringComparer.Ordinal),
    ];

    /// <summary>Its source files, those that it shares with another project left out.</summary>
    public IEnumerable<string> Files => Directory
        .EnumerateFiles(Folder, "*.cs", SearchOption.AllDirectories)
        .Where(file => !FolderOf(file).Split('/').Any(part => part is "bin" or "obj"))
        .Order(StringComparer.Ordinal);

    /// <summary>The folder of a file in the project, <c>""</c> for the project's own.</summary>
    public string FolderOf(string file) => Path.GetDirectoryName(Path.GetRelativePath(Folder, file))!.Replace('\\', '/');

    private static SourceProject Read(string path)
    {
        XDocument project = XDocument.Load(path);
        string name = Path.GetFileNameWithoutExtension(path);

        // A reference without its assembly only orders the build.
        IEnumerable<string> references = project.Descendants("ProjectReference")
            .Where(reference => reference.Attribute("ReferenceOutputAssembly")?.Value != "false")
            .Select(reference => reference.Attribute("Include")!.Value);

        // Directory.Build.targets adds these.
        bool usesGenerator = project.Descendants("UsePatchMoEGenerator").Any(property => property.Value == "true");
        IEnumerable<string> added = usesGenerator ? ["PatchMoE.csproj", "PatchMoE.Spec.csproj"] : [];
        return new SourceProject(
            name,
            Path.GetDirectoryName(path)! + Path.DirectorySeparatorChar,
            project.Descendants("RootNamespace").SingleOrDefault()?.Value ?? name,
            [.. references.Concat(added).Select(reference => Path.GetFileNameWithoutExtension(reference.Replace('\\', '/'))).Distinct().Order(StringComparer.Ordinal)]);
    }
}
