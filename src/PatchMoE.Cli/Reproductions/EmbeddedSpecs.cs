using System.Reflection;

namespace PatchMoE.Cli.Reproductions;

/// <summary>The specs of the paper's experiments, which come with the command so that they are there wherever it runs.</summary>
internal static class EmbeddedSpecs
{
    private const string Prefix = "specs/";
    private const string Ending = ".json";

    /// <summary>The names, without folder and ending.</summary>
    public static string[] Names { get; } =
    [
        .. Assembly.GetExecutingAssembly().GetManifestResourceNames()
            .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
            .Select(name => name[Prefix.Length..^Ending.Length])
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>Reads one.</summary>
    public static PatchMoESpec Read(string name)
    {
        using var reader = new StreamReader(Assembly.GetExecutingAssembly().GetManifestResourceStream($"{Prefix}{name}{Ending}")!);
        return SpecReader.Read(reader.ReadToEnd(), $"{name}{Ending}").Spec!;
    }
}
