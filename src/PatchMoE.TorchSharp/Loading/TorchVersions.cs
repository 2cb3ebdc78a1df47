using System.Reflection;

namespace PatchMoE.TorchSharp.Loading;

/// <summary>The matching releases of TorchSharp and libtorch.</summary>
internal static class TorchVersions
{
    /// <summary>TorchSharp's, for example <c>0.107.0</c>.</summary>
    public static string TorchSharp { get; } = Stated(nameof(TorchSharp));

    /// <summary>The libtorch that TorchSharp's native part is built against, for example <c>2.10.0</c>.</summary>
    public static string Libtorch { get; } = Stated(nameof(Libtorch));

    /// <summary>Whether a release has the same interface: the same major and minor number.</summary>
    public static bool Fits(string version) => MajorMinor(version) == MajorMinor(Libtorch);

    /// <summary>The release that an installation states next to its library folder; null if it states none.</summary>
    /// <param name="folder">The library folder: <c>lib</c> of a libtorch archive, <c>torch/lib</c> of a PyTorch installation.</param>
    public static string? StatedIn(string folder)
    {
        string above = Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder))) ?? folder;
        (string archive, string python) = (Path.Combine(above, "build-version"), Path.Combine(above, "version.py"));
        string? text = File.Exists(archive) ? File.ReadAllText(archive)
            : File.Exists(python) ? File.ReadLines(python).FirstOrDefault(line => line.StartsWith("__version__", StringComparison.Ordinal))?.Split('=')[^1]
            : null;
        return text?.Trim(' ', '\'', '"', '\r', '\n');
    }

    private static string MajorMinor(string version) => string.Join('.', version.Split('.').Take(2));

    private static string Stated(string name) =>
        typeof(TorchVersions).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == $"{name}Version").Value!;
}
