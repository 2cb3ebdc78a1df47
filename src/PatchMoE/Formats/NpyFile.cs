using System.Buffers.Binary;
using System.Text;

namespace PatchMoE.Formats;

/// <summary>
/// NumPy's .npy files (NEP 1 and numpy.lib.format): the magic bytes, a version, the length of a header, the header, the values.
/// Reads versions 1.0, 2.0 and 3.0; writes 1.0.
/// </summary>
public static class NpyFile
{
    // numpy's headers take 118 bytes; this leaves room for any number of axes and stops a malicious length from exhausting memory.
    private const int MaximumHeader = 65535;

    private static ReadOnlySpan<byte> Magic => [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'];

    /// <summary>
    /// Reads an array of <c>'&lt;f4'</c>, <c>'&lt;i4'</c> or <c>'|u1'</c>. numpy's defaults <c>'&lt;f8'</c> and <c>'&lt;i8'</c> are converted to float32 and
    /// int32.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <returns>The array, row-major.</returns>
    /// <exception cref="BadInputException">
    /// The file cannot be read, is not a .npy file, is truncated or too long, has another element type or Fortran order, or a converted value does not fit.
    /// </exception>
    public static NpyArray Read(string path) => InputFile.Read(path, stream => Read(stream, path));

    /// <summary>Writes an array so that <c>np.load</c> reads it.</summary>
    /// <param name="path">The file; it is replaced completely or not at all.</param>
    /// <param name="array">What to write.</param>
    /// <exception cref="BadInputException">The file cannot be written.</exception>
    public static void Write(string path, NpyArray array) => AtomicFile.Write(path, stream => Write(stream, array));

    /// <summary>Reads from a seekable stream that holds nothing else; messages call it <paramref name="name"/>.</summary>
    internal static NpyArray Read(Stream stream, string name)
    {
        try
        {
            NpyHeader header = ReadHeader(stream);
            if (header.FortranOrder)
            {
                throw new FormatException("it is in Fortran order; C order is needed. Save it with np.save(path, np.ascontiguousarray(x))");
            }

            int length = ShapeText.Length(header.Shape)
                ?? throw new FormatException($"the shape {ShapeText.Of(header.Shape)} holds more values than an array can. Split it");
            return NpyValues.Read(stream, header, length);
        }
        catch (FormatException e)
        {
            throw new BadInputException($"{name}: {e.Message}.", e);
        }
    }

    internal static void Write(Stream stream, NpyArray array)
    {
        // As numpy does: the header ends with a newline, and the values start at a multiple of 64 bytes.
        string text = new NpyHeader(NpyValues.Descr(array.Type), false, array.Shape).ToString();
        int fixedBytes = Magic.Length + 2 + sizeof(ushort);
        int total = (fixedBytes + text.Length + 1 + 63) / 64 * 64;
        text = text.PadRight(total - fixedBytes - 1) + '\n';

        stream.Write(Magic);
        stream.Write([1, 0]);
        Span<byte> length = stackalloc byte[sizeof(ushort)];
        BinaryPrimitives.WriteUInt16LittleEndian(length, checked((ushort)text.Length));
        stream.Write(length);
        stream.Write(Encoding.ASCII.GetBytes(text));
        NpyValues.Write(stream, array);
    }

    private static NpyHeader ReadHeader(Stream stream)
    {
        Span<byte> start = stackalloc byte[12];
        int available = stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        if (available < 6 || !start[..6].SequenceEqual(Magic))
        {
            throw new FormatException("it is not a .npy file. Save the array with np.save(path, x)");
        }

        int lengthBytes = available >= 8 && start[6] == 1 ? sizeof(ushort) : sizeof(uint);
        if (available < 8 + lengthBytes)
        {
            throw new FormatException($"it ends after {available} bytes, inside its header. Save or copy it again");
        }

        (int major, int minor) = (start[6], start[7]);
        if (major is < 1 or > 3 || minor != 0)
        {
            throw new FormatException($"its version {major}.{minor} is unknown; 1.0, 2.0 and 3.0 are supported. Save it again with np.save(path, x)");
        }

        uint headerLength = lengthBytes == 2 ? BinaryPrimitives.ReadUInt16LittleEndian(start[8..]) : BinaryPrimitives.ReadUInt32LittleEndian(start[8..]);
        if (headerLength > MaximumHeader)
        {
            throw new FormatException($"its header claims {headerLength} bytes; at most {MaximumHeader} are allowed. Save it again with np.save(path, x)");
        }

        stream.Position = 8 + lengthBytes;
        long rest = stream.Length - stream.Position;
        if (headerLength > rest)
        {
            throw new FormatException($"its header claims {headerLength} bytes, but only {rest} are left. Save or copy it again");
        }

        var bytes = new byte[headerLength];
        stream.ReadExactly(bytes);
        return NpyHeader.Parse(NpyHeader.Decode(bytes, major));
    }
}
