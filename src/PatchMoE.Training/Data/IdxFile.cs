using System.Buffers.Binary;
using System.IO.Compression;
using PatchMoE.Formats;

namespace PatchMoE.Training.Data;

/// <summary>
/// Reads idx files of bytes, the format of MNIST: two zero bytes, the type (8: uint8), the rank, one big-endian int32 per axis, then the values
/// in C order. Gzip is recognised by its first bytes, not by the file's name.
/// </summary>
internal static class IdxFile
{
    private const int UInt8 = 8;

    /// <summary>Deflate expands a byte to at most 1032: a header that claims more is rejected before anything is allocated.</summary>
    private const long LargestDeflateRatio = 1032;

    /// <summary>Values of gzipped content that are allocated before any arrived: memory grows with the bytes that there are, not with those that a header claims.</summary>
    private const int FirstAllocation = 1 << 20;

    /// <summary>Reads a whole file.</summary>
    /// <param name="path">The file, gzipped or plain.</param>
    /// <param name="rank">The number of axes it must have: 3 for images [N, rows, columns], 1 for labels [N].</param>
    /// <returns>The axis sizes and the values in C order.</returns>
    /// <exception cref="BadInputException">The file is missing or unreadable, of another type or rank, truncated, or longer than its header says.</exception>
    public static (int[] Shape, byte[] Values) Read(string path, int rank) => InputFile.Read(path, file =>
    {
        bool gzip = file.ReadByte() == 0x1F && file.ReadByte() == 0x8B;
        file.Position = 0;
        if (!gzip)
        {
            return Read(file, file.Length, path, rank);
        }

        try
        {
            using var content = new GZipStream(file, CompressionMode.Decompress);
            return Read(content, file.Length * LargestDeflateRatio, path, rank);
        }
        catch (InvalidDataException exception)
        {
            // The exception's own message blames the compression method, whatever is wrong.
            throw new BadInputException($"{path}: the gzip data is damaged. Download the file again.", exception);
        }
    });

    private static (int[] Shape, byte[] Values) Read(Stream content, long largestLength, string path, int rank)
    {
        Span<byte> header = stackalloc byte[4 + (4 * rank)];
        int got = content.ReadAtLeast(header, header.Length, throwOnEndOfStream: false);
        if (got < 4)
        {
            throw new BadInputException($"{path}: {got} bytes are too few for an idx file. The file is truncated: download it again.");
        }

        if (header[0] != 0 || header[1] != 0 || header[2] != UInt8 || header[3] != rank)
        {
            string kind = rank == 1 ? "labels" : "images";
            throw new BadInputException(
                $"{path}: the magic number is 0x{BinaryPrimitives.ReadUInt32BigEndian(header):X8}, but idx {kind} begin with 0x{(UInt8 << 8) | rank:X8}. Give the idx file of the {kind}.");
        }

        if (got < header.Length)
        {
            throw new BadInputException($"{path}: the header ends after {got} of {header.Length} bytes. The file is truncated: download it again.");
        }

        var shape = new int[rank];
        UInt128 length = 1;
        for (int axis = 0; axis < rank; axis++)
        {
            uint size = BinaryPrimitives.ReadUInt32BigEndian(header[(4 + (4 * axis))..]);
            if (size is 0 or > int.MaxValue)
            {
                throw new BadInputException($"{path}: axis {axis} has the size {size}; each must be 1 to {int.MaxValue}. The header is damaged: download the file again.");
            }

            shape[axis] = (int)size;
            length *= size;
        }

        string sizes = string.Join('×', shape);
        if (length > (UInt128)Array.MaxLength)
        {
            throw new BadInputException($"{path}: {sizes} values are more than the {Array.MaxLength} that fit in memory. The header is damaged: download the file again.");
        }

        byte[] values = length <= (UInt128)largestLength ? ReadUpTo(content, (int)length) : [];
        if (values.Length < (long)length)
        {
            throw new BadInputException($"{path}: the header claims {sizes} = {length} values, but the file ends before that. It is truncated: download it again.");
        }

        if (content.ReadByte() >= 0)
        {
            throw new BadInputException($"{path}: the header claims {sizes} = {length} values, but the file holds more. It is damaged: download it again.");
        }

        return (shape, values);
    }

    /// <summary>The next bytes: as many as are wanted, or as there are.</summary>
    private static byte[] ReadUpTo(Stream content, int length)
    {
        var values = new byte[content.CanSeek ? length : Math.Min(length, FirstAllocation)];
        int read = 0;
        while (true)
        {
            read += content.ReadAtLeast(values.AsSpan(read), values.Length - read, throwOnEndOfStream: false);
            if (read < values.Length)
            {
                return values[..read];
            }

            if (read == length)
            {
                return values;
            }

            Array.Resize(ref values, (int)Math.Min(length, 2L * read));
        }
    }
}
