using System.Runtime.Loader;
using PatchMoE.TorchSharp.Loading;
using TorchSharp;

namespace PatchMoE.TorchSharp;

/// <summary>
/// Whether libtorch can be used in this process, and which one it is: the application's own, the one in the environment variable <c>PATCHMOE_LIBTORCH</c> (a folder
/// of libraries, a PyTorch or libtorch installation, or a NuGet package's folder), or the one in the NuGet packages folder.
/// </summary>
public static class TorchRuntime
{
    private const string Shim = "LibTorchSharp";

    private static readonly Lazy<IReadOnlyList<LibtorchPlace>> s_places = new(() => LibtorchSearch.Places(
        NativeFolders(), Environment.GetEnvironmentVariable(LibtorchSearch.Variable), PackagesFolder()));

    private static readonly Lazy<string?> s_failure = new(Load);

    /// <summary>Why libtorch cannot be used, in one line; null if it is loaded. The first call loads it.</summary>
    public static string? Failure => s_failure.Value;

    /// <summary>Which libtorch is used, and why those of the other places are not: one line each.</summary>
    public static IReadOnlyList<string> Places =>
    [
        .. s_places.Value.Where(place => place.Refusal is null).Select(place => $"libtorch from {place.Origin}: {place.Folder}"),
        .. s_places.Value.Where(place => place.Refusal is not null).Select(place => $"none from {place.Origin}: {place.Refusal}"),
    ];

    /// <summary>Requires libtorch.</summary>
    /// <exception cref="BadInputException">It cannot be loaded.</exception>
    public static void Require()
    {
        if (Failure is { } reason)
        {
            throw new BadInputException($"TorchSharp: {reason}.");
        }
    }

    private static string? Load()
    {
        LibtorchPlace place = s_places.Value[^1];
        if (place.Refusal is { } refusal)
        {
            return s_places.Value.Count == 3
                ? $"no libtorch was found ({refusal}); reference the package libtorch-cpu-{NativePlatform.Current} {TorchVersions.Libtorch}, or set {LibtorchSearch.Variable} to the folder of a libtorch {TorchVersions.Libtorch}"
                : $"the libtorch from {place.Origin} cannot be used: {refusal}";
        }

        if (NativeFolders().Select(folder => Path.Combine(folder, NativePlatform.FileName(Shim))).FirstOrDefault(File.Exists) is not { } shim)
        {
            return $"there is no {NativePlatform.FileName(Shim)} next to the application; TorchSharp {TorchVersions.TorchSharp} ships one for linux-x64, osx-arm64, win-arm64 and win-x64, and this process is {NativePlatform.Current}";
        }

        try
        {
            Open(place.Folder!, shim);
            torch.InitializeDeviceType(DeviceType.CPU);
            return null;
        }
        catch (Exception failure)
        {
            return $"the libtorch in {place.Folder} cannot be loaded: {failure.GetBaseException().Message.Split('\n')[0].TrimEnd('.')}";
        }
    }

    /// <summary>
    /// Opens libtorch's libraries in the order of their dependencies, then TorchSharp's own, and resolves TorchSharp's requests for those that .NET cannot find
    /// or load.
    /// </summary>
    private static void Open(string folder, string shim)
    {
        var opened = new Dictionary<string, nint>();
        foreach (string library in new[] { "c10", "torch_cpu", "c10_cuda", "torch_cuda", "torch" })
        {
            string path = Path.Combine(folder, NativePlatform.FileName(library));
            if (File.Exists(path))
            {
                opened[library] = NativeLoader.Open(path);
            }
        }

        opened[Shim] = NativeLoader.OpenOnOlderSystem(shim, CopiesFolder());
        AssemblyLoadContext.GetLoadContext(typeof(torch).Assembly)!.ResolvingUnmanagedDll += (assembly, name) =>
            assembly == typeof(torch).Assembly ? opened.GetValueOrDefault(name) : 0;
    }

    /// <summary>Where .NET searches for this application's native libraries.</summary>
    private static string[] NativeFolders() =>
    [
        .. ((string?)AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES"))?.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries) ?? [],
        AppContext.BaseDirectory,
#pragma warning disable IL3000 // In a program of a single file it is empty, and the libraries are beside the program.
        Path.GetDirectoryName(typeof(torch).Assembly.Location) is { Length: > 0 } beside ? beside : AppContext.BaseDirectory,
#pragma warning restore IL3000
    ];

    private static string PackagesFolder() => Environment.GetEnvironmentVariable("NUGET_PACKAGES") is { Length: > 0 } folder
        ? folder
        : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

    /// <summary>A user folder for copies of libraries; null if the system has none.</summary>
    private static string? CopiesFolder()
    {
        string data = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify);
        return data.Length == 0 ? null : Path.Combine(data, "PatchMoE", "native");
    }
}
