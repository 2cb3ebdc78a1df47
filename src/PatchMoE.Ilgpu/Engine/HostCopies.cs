using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;

namespace PatchMoE.Ilgpu;

/// <summary>Copies between the host and a device.</summary>
internal static class HostCopies
{
    /// <summary>Writes values to the beginning of an array and waits.</summary>
    public static unsafe void Upload<T>(this AcceleratorStream stream, ReadOnlySpan<T> values, ArrayView<T> target)
        where T : unmanaged
    {
        if (!values.IsEmpty)
        {
            fixed (T* first = values)
            {
                Queue(stream, first, values.Length, target);
                stream.Synchronize();
            }
        }
    }

    /// <summary>Waits for the stream's work and reads the beginning of an array.</summary>
    public static unsafe void Download<T>(this AcceleratorStream stream, ArrayView<T> source, Span<T> values)
        where T : unmanaged
    {
        if (!values.IsEmpty)
        {
            fixed (T* first = values)
            {
                // ILGPU's OpenCL copies are as long as the host's array, whatever the length of the view: it must be exact.
                using CPUMemoryBuffer host = CPUMemoryBuffer.Create(stream.Accelerator, first, values.Length);
                source.SubView(0, values.Length).CopyTo(stream, host.AsArrayView<T>(0, values.Length));
                stream.Synchronize();
            }
        }
    }

    /// <summary>Queues a copy to the beginning of an array and returns; the values must stay where they are until the stream has done it.</summary>
    public static unsafe void Queue<T>(AcceleratorStream stream, T* values, int length, ArrayView<T> target)
        where T : unmanaged
    {
        using CPUMemoryBuffer host = CPUMemoryBuffer.Create(stream.Accelerator, values, length);
        target.SubView(0, length).CopyFrom(stream, host.AsArrayView<T>(0, length));
    }
}
