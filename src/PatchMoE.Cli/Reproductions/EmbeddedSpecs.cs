using System.Collections.Concurrent;
using System.Reflection;

namespace PatchMoE.Cli.Reproductions;

/// <summary>The specs of the paper's experiments, embedded in the command so that they are available wherever it runs.</summary>
internal static class EmbeddedSpecs
{
    private const string Prefix = "specs/";
    private const string Mosaics = Prefix + "mnist-";
    private const string Ending = ".json";

    private static readonly ConcurrentDictionary<string, PatchMoESpec> s_specs = new();

    /// <summary>The names of the networks on mosaics, without folder and extension.</summary>
    public static string[] OfMosaics { get; } =
    [
        .. Assembly.GetExecutingAssembly().GetManifestResourceNames()
            .Where(name => name.StartsWith(Mosaics, StringComparison.Ordinal))
            .Select(name => name[Prefix.Length..^Ending.Length])
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>One of them; read once, since every cell of an experiment asks.</summary>
    public static PatchMoESpec Read(string name) => s_specs.GetOrAdd(name, Parse);

    private static PatchMoESpec Parse(string name)
    {
        using var reader = new StreamReader(Assembly.GetExecutingAssembly().GetManifestResourceStream($"{Prefix}{name}{Ending}")!);
        return SpecReader.Read(reader.ReadToEnd(), $"{name}{Ending}").Spec!;
    }
}
