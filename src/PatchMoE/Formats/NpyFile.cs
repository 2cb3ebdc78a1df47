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

    /// <summary>The magic bytes and the version.</summary>
    private const int StartLength = 8;

    private static ReadOnlySpan<byte> Magic => [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'];

    /// <summary>
    /// Reads an array, in C or Fortran order, with the least or the most significant byte first: float32; float16, widened; float64, rounded to float32 as
    /// numpy's <c>astype</c> does; uint8 and bool as uint8; other integers as int32.
    /// </summary>
    /// <param name="path">
    /// A .npy file, or a .npz file that holds a single array; <c>file.npz:name</c> is the array of that name. What a file is, is told by its first bytes. A pipe
    /// will do.
    /// </param>
    /// <returns>The array, row-major.</returns>
    /// <exception cref="BadInputException">
    /// The file cannot be read, is neither a .npy nor a .npz file, is truncated or too long, has another element type, or a value does not fit; or a .npz file
    /// holds several arrays, or none of the name.
    /// </exception>
    public static NpyArray Read(string path) => Read(path, NpyReading.AsStored);

    /// <summary>Reads an array for a purpose; see <see cref="Read(string)"/>.</summary>
    internal static NpyArray Read(string path, NpyReading reading)
    {
        (string file, string? array) = NpzFile.Split(path);
        return InputFile.Read(file, stream => Read(stream, path, reading, array), pipes: true);
    }

    /// <summary>Whether a file begins as a .npy file does.</summary>
    internal static bool HasMagic(ReadOnlySpan<byte> start) => start.StartsWith(Magic);

    /// <summary>Writes an array so that <c>np.load</c> reads it.</summary>
    /// <param name="path">The file; it is replaced completely or not at all.</param>
    /// <param name="array">What to write.</param>
    /// <exception cref="BadInputException">The file cannot be written.</exception>
    public static void Write(string path, NpyArray array) => AtomicFile.Write(path, stream => Write(stream, array));

    /// <summary>Reads from a stream that holds nothing else and need not seek.</summary>
    /// <param name="stream">The contents of a .npy or .npz file, at position 0.</param>
    /// <param name="name">How messages call it.</param>
    /// <param name="reading">What the values are for.</param>
    /// <param name="array">The array of a .npz file; null for its only one.</param>
    internal static NpyArray Read(Stream stream, string name, NpyReading reading = NpyReading.AsStored, string? array = null)
    {
        Span<byte> start = stackalloc byte[StartLength];
        start = start[..stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)];
        if (NpzFile.Begins(start))
        {
            return NpzFile.Read(stream, start, name, reading, array);
        }

        return array is null
            ? ReadArray(stream, start, name, reading)
            : throw new BadInputException($"{name}: the file is not a .npz archive, so it has no array '{array}'. Leave ':{array}' out.");
    }

    /// <summary>Reads a .npy file whose first bytes were read already.</summary>
    internal static NpyArray ReadArray(Stream stream, ReadOnlySpan<byte> start, string name, NpyReading reading)
    {
        try
        {
            NpyHeader header = ReadHeader(stream, start);
            int length = ShapeText.Length(header.Shape)
                ?? throw new FormatException($"the shape {ShapeText.Of(header.Shape)} holds more values than an array can. Split it");
            return NpyValues.Read(stream, header, length, reading);
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

    private static NpyHeader ReadHeader(Stream stream, ReadOnlySpan<byte> start)
    {
        if (start.Length < Magic.Length || !start.StartsWith(Magic))
        {
            throw new FormatException("it is not a .npy or .npz file. Save the array with np.save(path, x)");
        }

        int lengthBytes = start.Length == StartLength && start[6] == 1 ? sizeof(ushort) : sizeof(uint);
        Span<byte> length = stackalloc byte[sizeof(uint)];
        length.Clear();
        int got = start.Length < StartLength ? 0 : stream.ReadAtLeast(length[..lengthBytes], lengthBytes, throwOnEndOfStream: false);
        if (got < lengthBytes)
        {
            throw new FormatException($"it ends after {start.Length + got} bytes, inside its header. Save or copy it again");
        }

        (int major, int minor) = (start[6], start[7]);
        if (major is < 1 or > 3 || minor != 0)
        {
            throw new FormatException($"its version {major}.{minor} is unknown; 1.0, 2.0 and 3.0 are supported. Save it again with np.save(path, x)");
        }

        uint headerLength = BinaryPrimitives.ReadUInt32LittleEndian(length);
        if (headerLength > MaximumHeader)
        {
            throw new FormatException($"its header claims {headerLength} bytes; at most {MaximumHeader} are allowed. Save it again with np.save(path, x)");
        }

        var bytes = new byte[headerLength];
        int present = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        return present == bytes.Length
            ? NpyHeader.Parse(NpyHeader.Decode(bytes, major))
            : throw new FormatException($"its header claims {headerLength} bytes, but only {present} are left. Save or copy it again");
    }
}
