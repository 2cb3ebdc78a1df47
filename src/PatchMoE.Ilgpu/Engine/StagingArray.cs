using System.Runtime.InteropServices;
using ILGPU;
using ILGPU.Runtime;

namespace PatchMoE.Ilgpu;

/// <summary>Host memory that is pinned for the device's copy engine, so that copies overlap with other work.</summary>
internal sealed class StagingArray<T>(Accelerator accelerator) : IDisposable
    where T : unmanaged
{
    private T[] _values = [];
    private PageLockScope<T>? _lock;

    /// <summary>Ensures the length; the contents are lost.</summary>
    public void Require(int length)
    {
        if (length > _values.Length)
        {
            Dispose();
            _values = GC.AllocateUninitializedArray<T>(length, pinned: true);
            _lock = accelerator.CreatePageLockFromPinned<T>(Marshal.UnsafeAddrOfPinnedArrayElement(_values, 0), length);
        }
    }

    public Span<T> First(int length) => _values.AsSpan(0, length);

    /// <summary>Queues a copy of the first values to a device; they must not change until it is done.</summary>
    public unsafe void Queue(DeviceQueue queue, int length, ArrayView<T> target)
    {
        if (length > 0)
        {
            queue.QueueUpload((T*)Marshal.UnsafeAddrOfPinnedArrayElement(_values, 0), length, target);
        }
    }

    public void Dispose()
    {
        _lock?.Dispose();
        (_values, _lock) = ([], null);
    }
}
