using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace PatchMoE.Formats;

/// <summary>Reads and writes arrays of numbers in little-endian order, as in .npy and safetensors files, on any machine.</summary>
internal static class LittleEndian
{
    /// <summary>Fills <paramref name="values"/>.</summary>
    /// <exception cref="EndOfStreamException">The stream ends first.</exception>
    public static void Read<T>(Stream stream, Span<T> values)
        where T : unmanaged
    {
        // In chunks, since a span of bytes holds at most 2 GiB.
        while (!values.IsEmpty)
        {
            Span<T> piece = values[..Math.Min(values.Length, 1 << 20)];
            stream.ReadExactly(MemoryMarshal.AsBytes(piece));
            Swap(piece);
            values = values[piece.Length..];
        }
    }

    /// <summary>Writes <paramref name="values"/>.</summary>
    public static void Write<T>(Stream stream, ReadOnlySpan<T> values)
        where T : unmanaged
    {
        var buffer = new T[Math.Min(values.Length, 1 << 14)];
        while (!values.IsEmpty)
        {
            Span<T> piece = buffer.AsSpan(0, Math.Min(values.Length, buffer.Length));
            values[..piece.Length].CopyTo(piece);
            Swap(piece);
            stream.Write(MemoryMarshal.AsBytes(piece));
            values = values[piece.Length..];
        }
    }

    private static unsafe void Swap<T>(Span<T> values)
        where T : unmanaged
    {
        if (BitConverter.IsLittleEndian)
        {
            return;
        }

        switch (sizeof(T))
        {
            case 2:
                Span<short> shorts = MemoryMarshal.Cast<T, short>(values);
                BinaryPrimitives.ReverseEndianness(shorts, shorts);
                break;
            case 4:
                Span<int> words = MemoryMarshal.Cast<T, int>(values);
                BinaryPrimitives.ReverseEndianness(words, words);
                break;
            case 8:
                Span<long> longs = MemoryMarshal.Cast<T, long>(values);
                BinaryPrimitives.ReverseEndianness(longs, longs);
                break;
        }
    }
}
