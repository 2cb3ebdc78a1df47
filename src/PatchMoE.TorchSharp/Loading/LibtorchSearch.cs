namespace PatchMoE.TorchSharp.Loading;

/// <summary>
/// Searches for a libtorch: next to the application, then where the environment variable <see cref="Variable"/> points, then in the NuGet packages folder.
/// A libtorch that ships with the application comes first, because torch's libraries cannot be loaded twice; a variable that points to something unusable is a
/// mistake of the user, so the search ends there.
/// </summary>
internal static class LibtorchSearch
{
    /// <summary>The environment variable.</summary>
    public const string Variable = "PATCHMOE_LIBTORCH";

    private static readonly string[] s_libraries = ["c10", "torch_cpu", "torch"];

    /// <summary>The places in order; the last one is used unless it is refused.</summary>
    /// <param name="applicationFolders">The folders that contain the application's native libraries.</param>
    /// <param name="named">The variable's value; null or empty if it is not set.</param>
    /// <param name="packagesFolder">The NuGet packages folder.</param>
    public static IReadOnlyList<LibtorchPlace> Places(IReadOnlyList<string> applicationFolders, string? named, string packagesFolder)
    {
        if (applicationFolders.FirstOrDefault(HasTorch) is { } own)
        {
            return [Examined("the application", own)];
        }

        LibtorchPlace application = new("the application", null, "it ships no libtorch");
        return string.IsNullOrEmpty(named)
            ? [application, new(Variable, null, "it is not set"), InPackages(packagesFolder)]
            : [application, Named(named)];
    }

    /// <summary>A folder of libraries; one above it, as in a PyTorch or libtorch installation; or that of a NuGet package.</summary>
    private static LibtorchPlace Named(string named)
    {
        string native = Path.Combine("runtimes", NativePlatform.Current, "native");
        string[] below = ["", "lib", Path.Combine("torch", "lib"), native, Path.Combine(TorchVersions.Libtorch, native)];
        return below.Select(folder => Path.Combine(named, folder)).FirstOrDefault(HasTorch) is { } found
            ? Examined(Variable, found)
            : new(Variable, null, Directory.Exists(named)
                ? $"there is no {NativePlatform.FileName("torch_cpu")} in {named}, its lib or its torch/lib"
                : $"there is no folder {named}");
    }

    private static LibtorchPlace InPackages(string packagesFolder)
    {
        const string origin = "the NuGet packages";
        string package = $"libtorch-cpu-{NativePlatform.Current}";
        string versions = Path.Combine(packagesFolder, package);
        string folder = Path.Combine(versions, TorchVersions.Libtorch, "runtimes", NativePlatform.Current, "native");
        if (HasTorch(folder))
        {
            return Examined(origin, folder);
        }

        string[] others = Directory.Exists(versions) ? [.. Directory.GetDirectories(versions).Select(version => Path.GetFileName(version)).Order(StringComparer.Ordinal)] : [];
        return new(origin, null, others.Length == 0
            ? $"there is no {package} {TorchVersions.Libtorch} in {packagesFolder}"
            : $"{versions} has {string.Join(", ", others)}; TorchSharp {TorchVersions.TorchSharp} needs {TorchVersions.Libtorch}");
    }

    private static LibtorchPlace Examined(string origin, string folder) => new(origin, folder, Refusal(folder));

    private static string? Refusal(string folder)
    {
        if (s_libraries.Select(NativePlatform.FileName).FirstOrDefault(file => !File.Exists(Path.Combine(folder, file))) is { } missing)
        {
            return $"there is no {missing} in {folder}";
        }

        string torch = Path.Combine(folder, NativePlatform.FileName("torch_cpu"));
        if (NativePlatform.Of(torch) is var platform && platform != NativePlatform.Current)
        {
            return $"{torch} is {(platform is null ? "not a shared library" : $"for {platform}")}; this process is {NativePlatform.Current}";
        }

        return TorchVersions.StatedIn(folder) is { } version && !TorchVersions.Fits(version)
            ? $"the libtorch in {folder} is {version}; TorchSharp {TorchVersions.TorchSharp} needs {TorchVersions.Libtorch}"
            : null;
    }

    private static bool HasTorch(string folder) => File.Exists(Path.Combine(folder, NativePlatform.FileName("torch_cpu")));
}
