using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;

namespace PatchMoE.Formats;

/// <summary>Converts a piece of an array.</summary>
/// <param name="bytes">The stored values, in this machine's byte order.</param>
/// <param name="values">As many values, written.</param>
/// <param name="first">The index of the first, in the order of the file.</param>
internal delegate void NpyConversion<TResult>(ReadOnlySpan<byte> bytes, Span<TResult> values, int first);

/// <summary>From the element types of files to those of <see cref="NpyArray"/>; a value that does not fit is an error that names its place.</summary>
internal static class NpyConversions
{
    /// <summary>Below 2^24, all whole numbers are exact in float32.</summary>
    private const float ExactFloat32 = 1 << 24;

    /// <summary>To float32: exact, except that float64 is rounded.</summary>
    public static NpyConversion<float> ToFloat32(NpyElement element, NpyHeader header)
    {
        NpyConversion<float> FromInteger<T>()
            where T : unmanaged, IBinaryInteger<T> => Each<T, float>((value, index) => Exact(value, index, header));
        return (element.Kind, element.Size) switch
        {
            ('f', 2) => Each<Half, float>((value, _) => (float)value),
            ('f', 4) => Copy,
            ('f', 8) => Each<double, float>((value, index) => Rounded(value, index, header)),
            ('b', _) => Each<byte, float>((value, _) => value == 0 ? 0 : 1),
            ('i', 1) => FromInteger<sbyte>(),
            ('i', 2) => FromInteger<short>(),
            ('i', 4) => FromInteger<int>(),
            ('i', _) => FromInteger<long>(),
            ('u', 1) => FromInteger<byte>(),
            ('u', 2) => FromInteger<ushort>(),
            ('u', 4) => FromInteger<uint>(),
            _ => FromInteger<ulong>(),
        };
    }

    /// <summary>To int32, exactly.</summary>
    public static NpyConversion<int> ToInt32(NpyElement element, NpyHeader header)
    {
        NpyConversion<int> FromInteger<T>()
            where T : unmanaged, IBinaryInteger<T> => Each<T, int>((value, index) => InRange(value, index, header));
        return (element.Kind, element.Size) switch
        {
            ('f', 2) => Each<Half, int>((value, index) => Whole((double)value, index, header)),
            ('f', 4) => Each<float, int>((value, index) => Whole(value, index, header)),
            ('f', 8) => Each<double, int>((value, index) => Whole(value, index, header)),
            ('b', _) => Each<byte, int>((value, _) => value == 0 ? 0 : 1),
            ('i', 1) => FromInteger<sbyte>(),
            ('i', 2) => FromInteger<short>(),
            ('i', 4) => Copy,
            ('i', _) => FromInteger<long>(),
            ('u', 1) => FromInteger<byte>(),
            ('u', 2) => FromInteger<ushort>(),
            ('u', 4) => FromInteger<uint>(),
            _ => FromInteger<ulong>(),
        };
    }

    /// <summary>Bool and uint8 to uint8.</summary>
    public static NpyConversion<byte> ToUInt8(NpyElement element) =>
        element.Kind == 'b' ? Each<byte, byte>((value, _) => value == 0 ? (byte)0 : (byte)1) : Copy;

    private static void Copy<T>(ReadOnlySpan<byte> bytes, Span<T> values, int first)
        where T : unmanaged => MemoryMarshal.Cast<byte, T>(bytes).CopyTo(values);

    private static NpyConversion<TResult> Each<TStored, TResult>(Func<TStored, int, TResult> convert)
        where TStored : unmanaged => (bytes, values, first) =>
    {
        ReadOnlySpan<TStored> stored = MemoryMarshal.Cast<byte, TStored>(bytes);
        for (int i = 0; i < stored.Length; i++)
        {
            values[i] = convert(stored[i], first + i);
        }
    };

    private static float Rounded(double value, int index, NpyHeader header) =>
        double.IsFinite(value) && float.IsInfinity((float)value)
            ? throw Misfit(index, header, value, "is outside the range of float32. Scale the values")
            : (float)value;

    private static float Exact<T>(T value, int index, NpyHeader header)
        where T : unmanaged, IBinaryInteger<T>
    {
        float nearest = float.CreateSaturating(value);
        return float.Abs(nearest) < ExactFloat32 || Int128.CreateSaturating(nearest) == Int128.CreateSaturating(value)
            ? nearest
            : throw Misfit(index, header, value, "is not exact in float32. Save x.astype('float32') to round it, or scale the values");
    }

    private static int InRange<T>(T value, int index, NpyHeader header)
        where T : unmanaged, IBinaryInteger<T>
    {
        int nearest = int.CreateSaturating(value);
        return T.CreateSaturating(nearest) == value ? nearest : throw Misfit(index, header, value, "is outside the range of int32. Use smaller numbers");
    }

    private static int Whole(double value, int index, NpyHeader header)
    {
        int nearest = int.CreateSaturating(value);
        return nearest == value ? nearest
            : double.IsInteger(value) ? throw Misfit(index, header, value, "is outside the range of int32. Use smaller numbers")
            : throw Misfit(index, header, value, "is not a whole number. Save the number of each class, or the count, as an integer");
    }

    private static FormatException Misfit(int index, NpyHeader header, IFormattable value, string rule) =>
        new($"its value at {header.PositionOf(index)}, {value.ToString(value is double ? "R" : null, CultureInfo.InvariantCulture)}, {rule}");
}
