using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;

namespace PatchMoE.Ilgpu;

/// <summary>A stream of a device, and the copies that are queued on it. A failure is told as one of the device.</summary>
/// <param name="device">The device.</param>
internal sealed class DeviceQueue(IlgpuDevice device) : IDisposable
{
    /// <summary>ILGPU's side of it, for kernels.</summary>
    public AcceleratorStream Stream { get; } = device.Accelerator.CreateStream();

    /// <summary>Writes values to the beginning of an array and waits.</summary>
    public unsafe void Upload<T>(ReadOnlySpan<T> values, ArrayView<T> target)
        where T : unmanaged
    {
        if (!values.IsEmpty)
        {
            fixed (T* first = values)
            {
                QueueUpload(first, values.Length, target);
                Wait();
            }
        }
    }

    /// <summary>Queues a copy to the beginning of an array and returns; the values must stay where and as they are until it is done.</summary>
    public unsafe void QueueUpload<T>(T* values, int length, ArrayView<T> target)
        where T : unmanaged
    {
        try
        {
            // ILGPU's OpenCL copies are as long as the host's array, whatever the length of the view: it must be exact.
            using CPUMemoryBuffer host = CPUMemoryBuffer.Create(Stream.Accelerator, values, length);
            target.SubView(0, length).CopyFrom(Stream, host.AsArrayView<T>(0, length));
        }
        catch (Exception failure) when (DeviceFailure.IsOne(failure))
        {
            throw DeviceFailure.Wrap(device.Info, "a copy to the device", failure);
        }
    }

    /// <summary>Waits for what is queued and reads the beginning of an array.</summary>
    public unsafe void Download<T>(ArrayView<T> source, Span<T> values)
        where T : unmanaged
    {
        if (values.IsEmpty)
        {
            return;
        }

        fixed (T* first = values)
        {
            try
            {
                using CPUMemoryBuffer host = CPUMemoryBuffer.Create(Stream.Accelerator, first, values.Length);
                source.SubView(0, values.Length).CopyTo(Stream, host.AsArrayView<T>(0, values.Length));
            }
            catch (Exception failure) when (DeviceFailure.IsOne(failure))
            {
                throw DeviceFailure.Wrap(device.Info, "a copy from the device", failure);
            }

            Wait();
        }
    }

    /// <summary>Waits for all that is queued.</summary>
    public void Wait()
    {
        try
        {
            Stream.Synchronize();
        }
        catch (Exception failure) when (DeviceFailure.IsOne(failure))
        {
            throw DeviceFailure.Wrap(device.Info, "a kernel or copy queued before", failure);
        }
    }

    public void Dispose() => Stream.Dispose();
}
