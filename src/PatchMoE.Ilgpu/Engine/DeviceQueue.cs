using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;

namespace PatchMoE.Ilgpu;

/// <summary>A stream of a device, and the copies that are queued on it. Failures are reported as those of the device.</summary>
/// <param name="device">The device.</param>
internal sealed class DeviceQueue(IlgpuDevice device) : IDisposable
{
    /// <summary>ILGPU's stream, for kernels.</summary>
    public AcceleratorStream Stream { get; } = device.Accelerator.CreateStream();

    /// <summary>Writes values to the start of an array and waits.</summary>
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

    /// <summary>Queues a copy to the start of an array and returns; the values must neither move nor change until it is done.</summary>
    public unsafe void QueueUpload<T>(T* values, int length, ArrayView<T> target)
        where T : unmanaged
    {
        try
        {
            // ILGPU's OpenCL copies are as long as the host array, whatever the length of the view: it must be exact.
            using CPUMemoryBuffer host = CPUMemoryBuffer.Create(Stream.Accelerator, values, length);
            QueueTrace.Note("copy to the device");
            target.SubView(0, length).CopyFrom(Stream, host.AsArrayView<T>(0, length));
        }
        catch (Exception failure) when (DeviceFailure.IsOne(failure))
        {
            throw DeviceFailure.Wrap(device.Info, "a copy to the device", failure);
        }
    }

    /// <summary>Waits for the queued work and reads the start of an array.</summary>
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
                QueueTrace.Note("copy from the device");
                source.SubView(0, values.Length).CopyTo(Stream, host.AsArrayView<T>(0, values.Length));
            }
            catch (Exception failure) when (DeviceFailure.IsOne(failure))
            {
                throw DeviceFailure.Wrap(device.Info, "a copy from the device", failure);
            }

            Wait();
        }
    }

    /// <summary>Queues the clearing of an array.</summary>
    public void QueueClear(ArrayView<float> target)
    {
        QueueTrace.Note("clear");
        target.MemSetToZero(Stream);
    }

    /// <summary>Waits for all queued work.</summary>
    public void Wait()
    {
        try
        {
            Stream.Synchronize();
        }
        catch (Exception failure) when (DeviceFailure.IsOne(failure))
        {
            throw DeviceFailure.Wrap(device.Info, "a kernel or copy queued earlier", failure);
        }
    }

    public void Dispose() => Stream.Dispose();
}
