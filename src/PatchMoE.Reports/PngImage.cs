using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;

namespace PatchMoE.Reports;

/// <summary>
/// Pixels as a PNG file (ISO/IEC 15948): 8 bits per channel, grey or RGB, no filter, one IDAT chunk. Only what pictures of inputs need.
/// </summary>
internal static class PngImage
{
    /// <summary>Encodes an image.</summary>
    /// <param name="pixels">[height, width, channels], 0…255.</param>
    /// <param name="width">≥ 1.</param>
    /// <param name="height">≥ 1.</param>
    /// <param name="channels">1 (grey) or 3 (red, green, blue).</param>
    public static byte[] Encode(ReadOnlySpan<byte> pixels, int width, int height, int channels)
    {
        using var file = new MemoryStream();
        file.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A]);

        Span<byte> header = stackalloc byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header[4..], height);
        header[8] = 8;
        header[9] = (byte)(channels == 3 ? 2 : 0);
        header[10..].Clear();
        WriteChunk(file, "IHDR"u8, header);
        WriteChunk(file, "IDAT"u8, Compress(pixels, width * channels));
        WriteChunk(file, "IEND"u8, []);
        return file.ToArray();
    }

    private static byte[] Compress(ReadOnlySpan<byte> pixels, int rowLength)
    {
        using var data = new MemoryStream();
        using (var zlib = new ZLibStream(data, CompressionLevel.Optimal))
        {
            for (int start = 0; start < pixels.Length; start += rowLength)
            {
                zlib.WriteByte(0);
                zlib.Write(pixels.Slice(start, rowLength));
            }
        }

        return data.ToArray();
    }

    private static void WriteChunk(Stream file, ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        file.Write(number);
        file.Write(type);
        file.Write(data);
        var crc = new Crc32();
        crc.Append(type);
        crc.Append(data);
        BinaryPrimitives.WriteUInt32BigEndian(number, crc.GetCurrentHashAsUInt32());
        file.Write(number);
    }
}
