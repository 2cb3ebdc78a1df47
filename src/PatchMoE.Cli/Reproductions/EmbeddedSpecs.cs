using System.Reflection;

namespace PatchMoE.Cli.Reproductions;

/// <summary>The specs of the paper's experiments, embedded in the command so that they are available wherever it runs.</summary>
internal static class EmbeddedSpecs
{
    private const string Prefix = "specs/";
    private const string Mosaics = Prefix + "mnist-";
    private const string Ending = ".json";

    /// <summary>The names of the networks on mosaics, without folder and extension.</summary>
    public static string[] OfMosaics { get; } =
    [
        .. Assembly.GetExecutingAssembly().GetManifestResourceNames()
            .Where(name => name.StartsWith(Mosaics, StringComparison.Ordinal))
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
