using ILGPU;
using ILGPU.Runtime;

namespace PatchMoE.Ilgpu;

/// <summary>An array on a device that grows with the batch.</summary>
internal abstract class DeviceArray
{
    /// <summary>The number of values that it holds.</summary>
    public abstract long Length { get; }

    /// <summary>The size of one value in bytes.</summary>
    public abstract int ValueSize { get; }

    public long Bytes => Length * ValueSize;

    /// <summary>Reallocates it; its contents are lost.</summary>
    public abstract void Allocate(Accelerator accelerator, long length);

    public abstract void Free();
}

/// <summary>An array of values on a device, initially empty.</summary>
internal sealed class DeviceArray<T> : DeviceArray
    where T : unmanaged
{
    private MemoryBuffer1D<T, Stride1D.Dense>? _buffer;

    public override long Length => _buffer?.Length ?? 0;

    public override int ValueSize => Interop.SizeOf<T>();

    /// <summary>The whole array.</summary>
    public ArrayView<T> View => _buffer is null ? ArrayView<T>.Empty : _buffer.View.BaseView;

    /// <summary>A part of it.</summary>
    public ArrayView<T> Part(long start, long length) => length == 0 ? ArrayView<T>.Empty : View.SubView(start, length);

    /// <summary>Its first values.</summary>
    public ArrayView<T> First(long length) => Part(0, length);

    public override void Allocate(Accelerator accelerator, long length) => _buffer = accelerator.Allocate1D<T>(length);

    public override void Free()
    {
        _buffer?.Dispose();
        _buffer = null;
    }
}
