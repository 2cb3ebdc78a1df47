using System.Runtime.InteropServices;

namespace PatchMoE.Cli.Outputs;

/// <summary>Whether a standard stream was handed to this process.</summary>
internal static class InheritedDescriptor
{
    /// <summary>Standard input.</summary>
    public const int Input = 0;

    /// <summary>Standard output.</summary>
    public const int Output = 1;

    private const int GetFlags = 1;
    private const int CloseOnExec = 1;

    /// <summary>
    /// Whether it is closed. The number of a closed one goes to whatever the runtime opens next, such as its own pipe for signals, on which a read waits forever and a
    /// write does harm; but what the runtime opens closes when a program is started, and what was inherited did not.
    /// </summary>
    public static bool IsClosed(int descriptor) =>
        !OperatingSystem.IsWindows() && FileControl(descriptor, GetFlags) is int flags && (flags < 0 || (flags & CloseOnExec) != 0);

    [DllImport("libc", EntryPoint = "fcntl")]
    private static extern int FileControl(int descriptor, int command);
}
