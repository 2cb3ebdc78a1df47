using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using PatchMoE.Compiler;

namespace PatchMoE.Cli.Inputs;

/// <summary>
/// The C# compiler of the .NET SDK beside the running runtime, in place of the package's: that one is IL alone, so that the JIT takes most of the time in which a first network is compiled; the SDK's
/// holds native code. <see cref="PatchMoECompiler"/> and the generator are loaded again, bound to it; everything else is shared with the process.
/// </summary>
internal sealed class CompilerOfSdk : AssemblyLoadContext
{
    private static readonly string[] s_bound = [typeof(PatchMoECompiler).Assembly.GetName().Name!, "PatchMoE.Gen"];

    private readonly string _folder;

    private CompilerOfSdk(string folder)
        : base("compiler of the SDK") => _folder = folder;

    /// <summary>Compiles a network into the user's cache.</summary>
    /// <param name="spec">A valid spec.</param>
    /// <returns>False if there is no such compiler, or it cannot be loaded, as in a program of a single file: then nothing was done.</returns>
    public static bool TryCompile(PatchMoESpec spec)
    {
        if (Folder() is not { } folder)
        {
            return false;
        }

        try
        {
            Assembly own = new CompilerOfSdk(folder).LoadFromAssemblyName(typeof(PatchMoECompiler).Assembly.GetName());
            object? cache = Method(typeof(AssemblyCache), nameof(AssemblyCache.ForUser)).Invoke(null, null);
            Method(typeof(PatchMoECompiler), nameof(PatchMoECompiler.Compile)).Invoke(null, [spec, cache, Array.Empty<Assembly>()]);
            return true;

            MethodInfo Method(Type type, string name) => own.GetType(type.FullName!, throwOnError: true)!.GetMethod(name)!;
        }
        catch (Exception failure) when ((failure.InnerException ?? failure) is BadImageFormatException or IOException or MissingMemberException or TypeLoadException)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    protected override Assembly? Load(AssemblyName assemblyName)
    {
        string file = $"{assemblyName.Name}.dll";
        return s_bound.Contains(assemblyName.Name) ? LoadFromAssemblyPath(Path.Combine(AppContext.BaseDirectory, file))
            : assemblyName.Name!.StartsWith("Microsoft.CodeAnalysis", StringComparison.Ordinal) ? LoadFromAssemblyPath(Path.Combine(_folder, file))
            : null;
    }

    /// <summary>The newest SDK of this runtime's major version, which the compiler's native code is for; null where pmoe brings its runtime, or no SDK is installed.</summary>
    private static string? Folder()
    {
        // ROOT/shared/Microsoft.NETCore.App/10.0.1 and ROOT/sdk/10.0.100.
        var sdks = new DirectoryInfo(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", "sdk"));
        return !sdks.Exists ? null : sdks.EnumerateDirectories()
            .Select(sdk => (Version: Version.TryParse(sdk.Name, out Version? version) ? version : null, Folder: Path.Combine(sdk.FullName, "Roslyn", "bincore")))
            .Where(sdk => sdk.Version?.Major == Environment.Version.Major && File.Exists(Path.Combine(sdk.Folder, "Microsoft.CodeAnalysis.CSharp.dll")))
            .OrderBy(sdk => sdk.Version).LastOrDefault().Folder;
    }
}
