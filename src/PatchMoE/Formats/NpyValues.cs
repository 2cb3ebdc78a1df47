using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace PatchMoE.Formats;

/// <summary>The values of a .npy file.</summary>
internal static class NpyValues
{
    /// <summary>Bytes converted at a time: a multiple of every element's size.</summary>
    private const int PieceBytes = 1 << 16;

    /// <summary>Values allocated before any arrived, where a stream does not say how long it is.</summary>
    private const int FirstAllocation = 1 << 20;

    /// <summary>numpy's name of an element type.</summary>
    public static string Descr(NpyType type) => type switch
    {
        NpyType.Float32 => "<f4",
        NpyType.Int32 => "<i4",
        _ => "|u1",
    };

    /// <summary>Reads <paramref name="length"/> values of the header's type from the stream's position to its end.</summary>
    /// <exception cref="FormatException">Bytes are missing or left over, the type is not supported, or a value does not fit.</exception>
    public static NpyArray Read(Stream stream, NpyHeader header, int length, NpyReading reading)
    {
        var element = NpyElement.Parse(header.Descr, reading);
        NpyType type = reading switch
        {
            NpyReading.WholeNumbers => NpyType.Int32,
            NpyReading.Inputs => element.IsUInt8 ? NpyType.UInt8 : NpyType.Float32,
            _ when element.Kind == 'f' => NpyType.Float32,
            _ when element.Kind == 'b' || element.IsUInt8 => NpyType.UInt8,
            _ => NpyType.Int32,
        };
        return type switch
        {
            NpyType.Float32 => new NpyArray(header.Shape, Read(stream, header, length, element, NpyConversions.ToFloat32(element, header))),
            NpyType.Int32 => new NpyArray(header.Shape, Read(stream, header, length, element, NpyConversions.ToInt32(element, header))),
            _ => new NpyArray(header.Shape, Read(stream, header, length, element, NpyConversions.ToUInt8(element))),
        };
    }

    public static void Write(Stream stream, NpyArray array)
    {
        switch (array.Type)
        {
            case NpyType.Float32:
                LittleEndian.Write<float>(stream, array.Values<float>());
                break;
            case NpyType.Int32:
                LittleEndian.Write<int>(stream, array.Values<int>());
                break;
            default:
                LittleEndian.Write<byte>(stream, array.Values<byte>());
                break;
        }
    }

    private static T[] Read<T>(Stream stream, NpyHeader header, int length, NpyElement element, NpyConversion<T> convert)
    {
        T[] values = InFileOrder(stream, length, element, convert);
        return header.FortranOrder && header.Shape.Count > 1 ? RowMajor(values, header.Shape) : values;
    }

    /// <summary>Memory grows with the bytes that are there, not with those that the header claims.</summary>
    private static T[] InFileOrder<T>(Stream stream, int length, NpyElement element, NpyConversion<T> convert)
    {
        if (stream.CanSeek)
        {
            RequireExactly(stream.Length - stream.Position, length, element.Size);
        }

        var values = new T[stream.CanSeek ? length : Math.Min(length, FirstAllocation)];
        var buffer = new byte[Math.Min((long)length * element.Size, PieceBytes)];
        for (int start = 0; start < length;)
        {
            int count = Math.Min(buffer.Length / element.Size, length - start);
            Span<byte> piece = buffer.AsSpan(0, count * element.Size);
            int got = stream.ReadAtLeast(piece, piece.Length, throwOnEndOfStream: false);
            if (got < piece.Length)
            {
                RequireExactly(((long)start * element.Size) + got, length, element.Size);
            }

            if (start + count > values.Length)
            {
                Array.Resize(ref values, (int)Math.Min(length, Math.Max(2L * values.Length, start + count)));
            }

            ToMachineOrder(piece, element);
            convert(piece, values.AsSpan(start, count), start);
            start += count;
        }

        return stream.ReadByte() < 0 ? values : throw new FormatException(
            $"extra bytes follow the {(long)length * element.Size} bytes of its {length} values. Save or copy it again; several arrays are kept in one .npz file");
    }

    private static void ToMachineOrder(Span<byte> bytes, NpyElement element)
    {
        if (element.BigEndian != BitConverter.IsLittleEndian)
        {
            return;
        }

        switch (element.Size)
        {
            case 2:
                Span<short> shorts = MemoryMarshal.Cast<byte, short>(bytes);
                BinaryPrimitives.ReverseEndianness(shorts, shorts);
                break;
            case 4:
                Span<int> words = MemoryMarshal.Cast<byte, int>(bytes);
                BinaryPrimitives.ReverseEndianness(words, words);
                break;
            case 8:
                Span<long> longs = MemoryMarshal.Cast<byte, long>(bytes);
                BinaryPrimitives.ReverseEndianness(longs, longs);
                break;
        }
    }

    /// <summary>From Fortran order, in which the first axis varies fastest, to C order, in which the last one does.</summary>
    private static T[] RowMajor<T>(T[] values, EquatableArray<int> shape)
    {
        var result = new T[values.Length];
        var strides = new int[shape.Count];
        int stride = 1;
        for (int axis = shape.Count - 1; axis >= 0; axis--)
        {
            strides[axis] = stride;
            stride *= shape[axis];
        }

        var position = new int[shape.Count];
        int target = 0;
        foreach (T value in values)
        {
            result[target] = value;
            for (int axis = 0; axis < shape.Count; axis++)
            {
                target += strides[axis];
                if (++position[axis] < shape[axis])
                {
                    break;
                }

                target -= strides[axis] * shape[axis];
                position[axis] = 0;
            }
        }

        return result;
    }

    private static void RequireExactly(long present, int length, int size)
    {
        long needed = (long)length * size;
        if (present < needed)
        {
            throw new FormatException($"{needed - present} of the {needed} bytes of its {length} values are missing. Save or copy it again");
        }

        if (present > needed)
        {
            throw new FormatException($"{present - needed} extra bytes follow the {needed} bytes of its {length} values. Save or copy it again");
        }
    }
}
