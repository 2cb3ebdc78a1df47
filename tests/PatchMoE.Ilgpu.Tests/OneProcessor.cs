using System.Runtime.InteropServices;

namespace PatchMoE.Ilgpu.Tests;

/// <summary>
/// Keeps threads on one processor. A group of the CPU accelerator is 256 threads that meet at barriers and compute next to nothing between them: on several processors they take each other's
/// locks, which takes two to three times as long.
/// </summary>
internal static partial class OneProcessor
{
    /// <summary>Bytes of a set of 1024 processors, as glibc's cpu_set_t.</summary>
    private const int SetBytes = 128;

    /// <summary>Does something on one processor of those that this thread may use; threads and processes that it starts stay there. Elsewhere than on Linux it is just done.</summary>
    public static T Run<T>(Func<T> work)
    {
        byte[] all = new byte[SetBytes];
        if (!OperatingSystem.IsLinux() || GetAffinity(0, SetBytes, ref all[0]) != 0)
        {
            return work();
        }

        byte[] one = new byte[SetBytes];
        int last = Array.FindLastIndex(all, set => set != 0);
        one[last] = (byte)(all[last] & -all[last]);
        Set(one);
        try
        {
            return work();
        }
        finally
        {
            Set(all);
        }
    }

    /// <summary>A process that is started inherits this thread's processors; the runtime gives a thread those of the process's first one.</summary>
    private static void Set(byte[] processors)
    {
        _ = SetAffinity(0, SetBytes, ref processors[0]);
        _ = SetAffinity(Environment.ProcessId, SetBytes, ref processors[0]);
    }

    [LibraryImport("libc", EntryPoint = "sched_getaffinity")]
    private static partial int GetAffinity(int thread, nint length, ref byte processors);

    [LibraryImport("libc", EntryPoint = "sched_setaffinity")]
    private static partial int SetAffinity(int thread, nint length, ref byte processors);
}
