using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ILGPU;

/// <summary>Values in the memory of the stand-in's device: bytes, so that views of several types share them. Each access is checked.</summary>
public readonly struct ArrayView<T>
    where T : unmanaged
{
    private readonly byte[]? _bytes;
    private readonly long _start;

    internal ArrayView(byte[] bytes, long start, long length)
    {
        (_bytes, _start, Length) = (bytes, start, length);
        if (start % Unsafe.SizeOf<T>() != 0)
        {
            throw new InvalidOperationException($"A view of {typeof(T).Name} begins at byte {start}, which is no multiple of its {Unsafe.SizeOf<T>()} bytes.");
        }
    }

    public long Length { get; }

    public ref T this[long index] => ref index >= 0 && index < Length
        ? ref Unsafe.As<byte, T>(ref _bytes![_start + (index * Unsafe.SizeOf<T>())])
        : ref Outside(index);

    public ref T this[int index] => ref this[(long)index];

    public ArrayView<T> SubView(long index, long length) => index >= 0 && length >= 0 && index + length <= Length
        ? new ArrayView<T>(_bytes ?? [], _start + (index * Unsafe.SizeOf<T>()), length)
        : throw new IndexOutOfRangeException($"A part of {length} values from {index} on, of a view of {Length}.");

    public ArrayView<TOther> Cast<TOther>()
        where TOther : unmanaged => new(_bytes ?? [], _start, Length * Unsafe.SizeOf<T>() / Unsafe.SizeOf<TOther>());

    /// <summary>A copy of the values.</summary>
    public T[] ToArray() => Length == 0 ? [] : MemoryMarshal.Cast<byte, T>(_bytes.AsSpan(checked((int)_start), checked((int)Length * Unsafe.SizeOf<T>()))).ToArray();

    private ref T Outside(long index) => throw new IndexOutOfRangeException($"Index {index} of a view of {Length} values of {typeof(T).Name}.");
}

/// <summary>Makes views; ILGPU has memory buffers for it.</summary>
public static class StandInMemory
{
    public static ArrayView<T> Of<T>(ReadOnlySpan<T> values)
        where T : unmanaged => new(MemoryMarshal.AsBytes(values).ToArray(), 0, values.Length);
}
