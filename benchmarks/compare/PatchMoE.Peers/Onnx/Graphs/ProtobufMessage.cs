using System.Text;

namespace PatchMoE.Peers.Onnx.Graphs;

/// <summary>A message of protocol buffers (protobuf.dev/programming-guides/encoding) as it is written: fields in any order, each a key and a value.</summary>
internal sealed class ProtobufMessage
{
    private const int VarintType = 0;
    private const int LengthType = 2;

    private readonly MemoryStream _bytes = new();

    /// <summary>The encoded message.</summary>
    public byte[] ToArray() => _bytes.ToArray();

    /// <summary>Adds an integer or an enumeration's value.</summary>
    public ProtobufMessage Add(int field, long value)
    {
        WriteKey(field, VarintType);
        WriteVarint((ulong)value);
        return this;
    }

    /// <summary>Adds a text.</summary>
    public ProtobufMessage Add(int field, string value) => Add(field, Encoding.UTF8.GetBytes(value));

    /// <summary>Adds a message.</summary>
    public ProtobufMessage Add(int field, ProtobufMessage value) => Add(field, value.ToArray());

    /// <summary>Adds bytes.</summary>
    public ProtobufMessage Add(int field, ReadOnlySpan<byte> value)
    {
        WriteKey(field, LengthType);
        WriteVarint((ulong)value.Length);
        _bytes.Write(value);
        return this;
    }

    /// <summary>Adds a repeated field of integers, one by one.</summary>
    public ProtobufMessage AddAll(int field, IEnumerable<long> values)
    {
        foreach (long value in values)
        {
            Add(field, value);
        }

        return this;
    }

    private void WriteKey(int field, int type) => WriteVarint(((ulong)field << 3) | (uint)type);

    /// <summary>Seven bits a byte, lowest first; the highest bit says that another byte follows.</summary>
    private void WriteVarint(ulong value)
    {
        for (; value >= 0x80; value >>= 7)
        {
            _bytes.WriteByte((byte)(value | 0x80));
        }

        _bytes.WriteByte((byte)value);
    }
}
