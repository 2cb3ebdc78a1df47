using System.Buffers.Binary;
using System.Numerics;

namespace PatchMoE.Reports.TensorBoard;

/// <summary>
/// The framing of TFRecord files: the length as a little-endian uint64, its masked CRC-32C, the bytes, their masked CRC-32C (tensorflow/core/lib/io/record_writer.h).
/// </summary>
internal static class RecordWriter
{
    private const uint MaskDelta = 0xa282ead8;

    /// <summary>Writes one record.</summary>
    public static void Write(Stream stream, ReadOnlySpan<byte> record)
    {
        Span<byte> length = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)record.Length);
        stream.Write(length);
        WriteChecksum(stream, length);
        stream.Write(record);
        WriteChecksum(stream, record);
    }

    /// <summary>The checksum of CRC-32C bytes that themselves contain one is weak, so it is rotated and shifted.</summary>
    internal static uint MaskedChecksum(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte value in bytes)
        {
            crc = BitOperations.Crc32C(crc, value);
        }

        return BitOperations.RotateRight(~crc, 15) + MaskDelta;
    }

    private static void WriteChecksum(Stream stream, ReadOnlySpan<byte> bytes)
    {
        Span<byte> checksum = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(checksum, MaskedChecksum(bytes));
        stream.Write(checksum);
    }
}
