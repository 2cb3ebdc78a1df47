using System.Runtime.InteropServices;

namespace PatchMoE.Formats;

/// <summary>The element types of safetensors files, and the floating-point ones as float32.</summary>
internal static class SafetensorsTypes
{
    /// <summary>Bytes read at a time: a multiple of every element's size.</summary>
    private const int PieceBytes = 1 << 16;

    /// <summary>The types that are read as weights.</summary>
    public const string Weights = "F32, F16, BF16 or F64";

    /// <summary>Bits of a value; null if the format has no such type.</summary>
    public static int? BitsOf(string type) => type switch
    {
        "F4" => 4,
        "F6_E2M3" or "F6_E3M2" => 6,
        "BOOL" or "U8" or "I8" or "F8_E5M2" or "F8_E4M3" or "F8_E8M0" or "F8_E4M3FNUZ" or "F8_E5M2FNUZ" => 8,
        "U16" or "I16" or "F16" or "BF16" => 16,
        "U32" or "I32" or "F32" => 32,
        "U64" or "I64" or "F64" or "C64" => 64,
        _ => null,
    };

    /// <summary>Whether <see cref="Read"/> can read a type.</summary>
    public static bool IsWeight(string type) => type is "F32" or "F16" or "BF16" or "F64";

    /// <summary>Reads values as float32: F16 and BF16 exactly, F64 rounded to nearest.</summary>
    /// <exception cref="EndOfStreamException">The stream ends first.</exception>
    public static void Read(Stream stream, string type, Span<float> values)
    {
        switch (type)
        {
            case "F32":
                LittleEndian.Read(stream, values);
                break;
            case "F16":
                Read<Half>(stream, values, value => (float)value);
                break;
            case "BF16":
                // The upper half of a float32.
                Read<ushort>(stream, values, value => BitConverter.Int32BitsToSingle(value << 16));
                break;
            default:
                Read<double>(stream, values, value => (float)value);
                break;
        }
    }

    private static void Read<T>(Stream stream, Span<float> values, Func<T, float> convert)
        where T : unmanaged
    {
        var buffer = new T[Math.Min(values.Length, PieceBytes / Marshal.SizeOf<T>())];
        while (!values.IsEmpty)
        {
            Span<T> piece = buffer.AsSpan(0, Math.Min(values.Length, buffer.Length));
            LittleEndian.Read(stream, piece);
            for (int i = 0; i < piece.Length; i++)
            {
                values[i] = convert(piece[i]);
            }

            values = values[piece.Length..];
        }
    }
}
