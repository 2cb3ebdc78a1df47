namespace PatchMoE.Gen.Tests;

/// <summary>The specs of the repository, by their paths within it.</summary>
internal static class TestSpecs
{
    /// <summary>The specs of the golden cases.</summary>
    public static IEnumerable<string> GoldenFiles => Directory.GetFiles(Repository.Golden, "spec.json", SearchOption.AllDirectories).Select(Relative).Order(StringComparer.Ordinal);

    /// <summary>The specs in <c>specs/</c> that can be compiled: those without a backbone.</summary>
    public static IEnumerable<string> RepositoryFiles => Directory.GetFiles(Path.Combine(Repository.Root, "specs"), "*.json")
        .Where(path => !path.EndsWith(".schema.json", StringComparison.Ordinal))
        .Select(Relative)
        .Where(file => Read(file).Model.Backbone is null)
        .Order(StringComparer.Ordinal);

    public static PatchMoESpec Read(string file)
    {
        SpecResult result = SpecReader.Read(File.ReadAllText(Path.Combine(Repository.Root, file)), file);
        return result.Spec ?? throw new AssertionException(string.Join('\n', result.Diagnostics));
    }

    private static string Relative(string path) => Path.GetRelativePath(Repository.Root, path).Replace('\\', '/');
}
