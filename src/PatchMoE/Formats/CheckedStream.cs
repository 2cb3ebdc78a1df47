using System.IO.Hashing;

namespace PatchMoE.Formats;

/// <summary>Computes the CRC-32 of what is read: <see cref="System.IO.Compression.ZipArchive"/> does not compare it.</summary>
internal sealed class CheckedStream(Stream content) : Stream
{
    private readonly Crc32 _checksum = new();

    /// <summary>The checksum of the bytes read so far.</summary>
    public uint Checksum => _checksum.GetCurrentHashAsUInt32();

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(Span<byte> buffer)
    {
        int count = content.Read(buffer);
        _checksum.Append(buffer[..count]);
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
