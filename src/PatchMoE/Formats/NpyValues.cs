using System.Globalization;

namespace PatchMoE.Formats;

/// <summary>The values of a .npy file: one case per element type.</summary>
internal static class NpyValues
{
    /// <summary>numpy's name of an element type.</summary>
    public static string Descr(NpyType type) => type switch
    {
        NpyType.Float32 => "<f4",
        NpyType.Int32 => "<i4",
        _ => "|u1",
    };

    /// <summary>Reads <paramref name="length"/> values of the header's type from the stream's position to its end.</summary>
    /// <exception cref="FormatException">Bytes are missing or left over, the type is not supported, or a value does not fit.</exception>
    public static NpyArray Read(Stream stream, NpyHeader header, int length) => header.Descr switch
    {
        "<f4" => new NpyArray(header.Shape, Plain<float>(stream, length, 4)),
        "<i4" => new NpyArray(header.Shape, Plain<int>(stream, length, 4)),
        "|u1" => new NpyArray(header.Shape, Plain<byte>(stream, length, 1)),
        "<f8" => new NpyArray(header.Shape, Converted<double, float>(stream, length, ToFloat)),
        "<i8" => new NpyArray(header.Shape, Converted<long, int>(stream, length, ToInt)),
        _ => throw UnknownType(header.Descr),
    };

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

    private static T[] Plain<T>(Stream stream, int length, int size)
        where T : unmanaged
    {
        RequireExactly(stream, length, size);
        var values = new T[length];
        LittleEndian.Read<T>(stream, values);
        return values;
    }

    private static TResult[] Converted<TStored, TResult>(Stream stream, int length, Func<TStored, int, TResult> convert)
        where TStored : unmanaged
    {
        RequireExactly(stream, length, 8);
        var values = new TResult[length];
        var buffer = new TStored[Math.Min(length, 8192)];
        for (int start = 0; start < length; start += buffer.Length)
        {
            Span<TStored> piece = buffer.AsSpan(0, Math.Min(buffer.Length, length - start));
            LittleEndian.Read(stream, piece);
            for (int i = 0; i < piece.Length; i++)
            {
                values[start + i] = convert(piece[i], start + i);
            }
        }

        return values;
    }

    private static void RequireExactly(Stream stream, int length, int size)
    {
        long needed = (long)length * size;
        long present = stream.Length - stream.Position;
        if (present < needed)
        {
            throw new FormatException($"{needed - present} of the {needed} bytes of its {length} values are missing. Save or copy it again");
        }

        if (present > needed)
        {
            throw new FormatException($"{present - needed} extra bytes follow the {needed} bytes of its {length} values. Save or copy it again");
        }
    }

    private static float ToFloat(double value, int index) =>
        double.IsFinite(value) && float.IsInfinity((float)value)
            ? throw new FormatException(string.Create(CultureInfo.InvariantCulture, $"its value {index}, {value:R}, is outside the range of float32. Scale the values"))
            : (float)value;

    private static int ToInt(long value, int index) =>
        value is >= int.MinValue and <= int.MaxValue
            ? (int)value
            : throw new FormatException(string.Create(CultureInfo.InvariantCulture, $"its value {index}, {value}, is outside the range of int32. Use smaller numbers"));

    private static FormatException UnknownType(string descr)
    {
        string target = descr.Length == 3 && descr[1] is 'i' or 'u' or 'b' ? "int32" : "float32";
        return new FormatException(
            $"its dtype '{descr}' cannot be read; float32 ('<f4'), int32 ('<i4') and uint8 ('|u1') can. Save it with np.save(path, x.astype('{target}'))");
    }
}
