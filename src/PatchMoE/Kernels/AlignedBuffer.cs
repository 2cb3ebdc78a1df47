using System.Runtime.CompilerServices;

namespace PatchMoE.Kernels;

/// <summary>A zeroed array that starts at a multiple of 64 bytes and never moves.</summary>
/// <typeparam name="T">float, int or double.</typeparam>
public sealed class AlignedBuffer<T>
    where T : unmanaged
{
    private const int Alignment = 64;
    private readonly T[] _array;
    private readonly int _start;

    /// <summary>Allocates <paramref name="length"/> values.</summary>
    public AlignedBuffer(int length)
    {
        int size = Unsafe.SizeOf<T>();
        _array = GC.AllocateArray<T>(length + (Alignment / size), pinned: true);
        Length = length;
        unsafe
        {
            nuint address = (nuint)Unsafe.AsPointer(ref _array[0]);
            _start = (int)((Alignment - (address % Alignment)) % Alignment) / size;
        }
    }

    /// <summary>The number of values.</summary>
    public int Length { get; }

    /// <summary>All values.</summary>
    public Span<T> Span => _array.AsSpan(_start, Length);

    /// <summary>The array that holds the values, pinned for its lifetime.</summary>
    internal T[] Array => _array;

    /// <summary>The index in <see cref="Array"/> at which they start.</summary>
    internal int ArrayStart => _start;

    /// <summary>The first value.</summary>
    public ref T Start => ref _array[_start];
}
