using System.Reflection;
using System.Runtime.InteropServices;
using ILGPU;

namespace PatchMoE.Ilgpu;

/// <summary>Finds the drivers' libraries where ILGPU does not look. Called before ILGPU first touches a driver.</summary>
internal static partial class NativeLibraries
{
    /// <summary>The variable with what PoCL passes to its compiler.</summary>
    internal const string PoclVariable = "POCL_EXTRA_BUILD_FLAGS";

    /// <summary>PoCL's compiler lacks a keyword that ILGPU emits.</summary>
    internal const string PoclFlags = "-D__generic=__attribute__((opencl_generic))";

    /// <summary>ILGPU asks for <c>OpenCL</c> and <c>cuda</c>; without development packages, Linux has them only under a versioned name.</summary>
    private static readonly Dictionary<string, string> s_versionedNames = new() { ["OpenCL"] = "libOpenCL.so.1", ["cuda"] = "libcuda.so.1" };

    private static readonly Lazy<bool> s_prepared = new(Prepare);

    public static void EnsurePrepared() => _ = s_prepared.Value;

    private static bool Prepare()
    {
        if (!OperatingSystem.IsLinux())
        {
            return true;
        }

        try
        {
            NativeLibrary.SetDllImportResolver(typeof(Context).Assembly, Resolve);
        }
        catch (InvalidOperationException)
        {
            // The application resolves ILGPU's libraries itself.
        }

        TellPocl(PoclFlags);
        return true;
    }

    /// <summary>Sets what PoCL passes to its compiler, unless something is set. PoCL reads the process's environment, which .NET's own setter does not change.</summary>
    /// <param name="flags">The flags.</param>
    internal static void TellPocl(string flags) => _ = SetEnvironment(PoclVariable, flags, overwrite: 0);

    private static IntPtr Resolve(string library, Assembly assembly, DllImportSearchPath? path) =>
        s_versionedNames.TryGetValue(library, out string? name) && NativeLibrary.TryLoad(name, out IntPtr handle) ? handle : IntPtr.Zero;

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironment(string name, string value, int overwrite);
}
