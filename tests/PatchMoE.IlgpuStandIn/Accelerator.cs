using ILGPU.Execution;

namespace ILGPU.Runtime;

/// <summary>The groups of a launch and the threads of each.</summary>
public readonly record struct KernelConfig(int Groups, int Threads);

/// <summary>A queue of work; here everything is done at once.</summary>
public sealed class AcceleratorStream;

public static class ArrayViewExtensions
{
    public static void CopyTo<T>(this ArrayView<T> source, AcceleratorStream stream, ArrayView<T> target)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(stream);
        for (long i = 0; i < source.Length; i++)
        {
            target[i] = source[i];
        }
    }
}

/// <summary>The stand-in's device: runs a kernel's groups one after the other, each as real threads.</summary>
public sealed partial class Accelerator
{
    /// <summary>What the smallest of the devices in question allow.</summary>
    private const int MostThreads = 1024;
    private const int StackBytes = 256 << 10;

    private static void Launch(AcceleratorStream stream, KernelConfig config, Action kernel)
    {
        ArgumentNullException.ThrowIfNull(stream);
        if (config.Groups < 1 || config.Threads is < 1 or > MostThreads)
        {
            throw new InvalidOperationException($"A launch of {config.Groups} groups of {config.Threads} threads.");
        }

        using var group = new GroupOfThreads(config.Threads);
        Thread[] threads = [.. Enumerable.Range(0, config.Threads).Select(thread => new Thread(() => new GroupThread(group, thread).Run(config.Groups, kernel), StackBytes))];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        if (group.Failure is { } failure)
        {
            throw new InvalidOperationException($"The kernel failed: {failure.Message}", failure);
        }
    }
}
