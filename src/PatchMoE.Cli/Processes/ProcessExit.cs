using System.Runtime.InteropServices;

namespace PatchMoE.Cli.Processes;

/// <summary>
/// Ends the process at once: <c>_exit</c> of the system's library. <see cref="Environment.Exit"/> lets native libraries clean up, and so waits for one that is just being loaded, which takes
/// seconds for libtorch from a cold disk.
/// </summary>
internal sealed class ProcessExit
{
    private readonly Action<int> _exit;

    private ProcessExit(Action<int> exit) => _exit = exit;

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate void ExitFunction(int code);

    /// <summary>Looks the function up, and makes what calls it: later, the loader's lock may be held.</summary>
    public static ProcessExit Find()
    {
        if (!OperatingSystem.IsWindows() && NativeLibrary.TryGetExport(NativeLibrary.GetMainProgramHandle(), "_exit", out IntPtr function))
        {
            return new ProcessExit(Marshal.GetDelegateForFunctionPointer<ExitFunction>(function).Invoke);
        }

        return new ProcessExit(Environment.Exit);
    }

    /// <summary>Ends the process.</summary>
    /// <param name="code">Its exit code.</param>
    public void Now(int code) => _exit(code);
}
