namespace PatchMoE.Tests;

/// <summary>Bytes as a pipe gives them: in small pieces, once, without a length.</summary>
internal sealed class OneWayStream(IEnumerable<byte> bytes) : Stream
{
    private const int Piece = 7;
    private readonly IEnumerator<byte> _bytes = bytes.GetEnumerator();

    /// <summary>The number of bytes read so far.</summary>
    public long Taken { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count)
    {
        int read = 0;
        while (read < Math.Min(count, Piece) && _bytes.MoveNext())
        {
            buffer[offset + read++] = _bytes.Current;
        }

        Taken += read;
        return read;
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
