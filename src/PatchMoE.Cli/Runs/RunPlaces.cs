using System.Globalization;
using PatchMoE.Formats;

namespace PatchMoE.Cli.Runs;

/// <summary>Where training runs are if the user does not say: in the folder <c>runs</c>.</summary>
internal static class RunPlaces
{
    /// <summary>What the names of the folders of a run's seeds begin with.</summary>
    public const string SeedPrefix = "seed-";

    private const string Folder = "runs";

    /// <summary>The folders of a spec's runs, one after another without end: <c>runs/{name}-{seed}</c>, then with a number appended.</summary>
    /// <param name="spec">The spec with its seed.</param>
    public static IEnumerable<string> Of(PatchMoESpec spec)
    {
        string first = Path.Combine(Folder, string.Create(CultureInfo.InvariantCulture, $"{spec.Name}-{spec.Training!.Seed}"));
        yield return first;
        for (int number = 2; ; number++)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"{first}-{number}");
        }
    }

    /// <summary>Whether a folder holds what a run has learnt so far. A run that was killed before its first checkpoint has learnt nothing: its folder has a spec alone.</summary>
    public static bool HoldsRun(string folder) => HoldsResult(folder)
        || (Directory.Exists(folder) && Directory.EnumerateDirectories(folder, SeedPrefix + "*").Any(HoldsResult));

    /// <summary>Whether a run was begun in a folder.</summary>
    public static bool IsBegun(string folder) => HoldsRun(folder) || File.Exists(Path.Combine(folder, "spec.json"));

    private static bool HoldsResult(string folder) =>
        new[] { "weights.safetensors", "checkpoint.safetensors", "checkpoint.previous.safetensors" }.Any(name => File.Exists(Path.Combine(folder, name)));

    /// <summary>The weights of a spec that a run wrote last, of whatever seed; null if there are none.</summary>
    /// <param name="spec">The spec; only its name and model count.</param>
    public static string? LatestWeights(PatchMoESpec spec)
    {
        if (!Directory.Exists(Folder))
        {
            return null;
        }

        return Directory.EnumerateDirectories(Folder, $"{spec.Name}-*")
            .Select(folder => Path.Combine(folder, "weights.safetensors"))
            .Where(File.Exists)
            .OrderByDescending(File.GetLastWriteTimeUtc)
            .FirstOrDefault(path => WeightsFile.ReadSpec(path)?.Model == spec.Model);
    }

    /// <summary>Where decoded pictures are kept: beside the run folders.</summary>
    /// <param name="path">The user's choice of a run folder; null for none.</param>
    public static string CacheFolder(string? path) =>
        Path.Combine(path is null ? Folder : Path.GetDirectoryName(Path.GetFullPath(path)) ?? ".", ".pictures");
}
