using System.Buffers.Binary;
using System.Text;
using PatchMoE.Reports.TensorBoard;

namespace PatchMoE.Tests;

/// <summary>Event files, read by a decoder of TFRecord and protobuf that is written from their descriptions alone.</summary>
public sealed class EventFileTests
{
    [Test]
    public void Scalars_AreThoseOfTheEpochs_AndEveryChecksumIsRight()
    {
        DateTimeOffset start = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000);
        TimedEpoch[] epochs =
        [
            new(new EpochMetrics(TrainingPhase.All, 1, 0.125, 0.75, 0.5, 0.25, null, 100), start),
            new(
                new EpochMetrics(TrainingPhase.All, 2, 0.0625, 0.5, null, null, null, 200)
                {
                    ValidationLoss = 0.375, Experts = new ExpertUse(EquatableArray.Of(0.25, 0.75), EquatableArray.Of(0.5, 0.5), 1, 0.875),
                },
                start.AddSeconds(1.5)),
        ];
        using var stream = new MemoryStream();
        EventFile.Write(stream, epochs);

        List<byte[]> records = Records(stream.ToArray());
        Assert.That(records, Has.Count.EqualTo(3));
        Assert.That(Encoding.UTF8.GetString(Fields(records[0]).Single(field => field.Number == 3).Bytes), Is.EqualTo("brain.Event:2"));
        Assert.That((Time(records[1]), Step(records[1])), Is.EqualTo((1_700_000_000.0, 1L)));
        Assert.That((Time(records[2]), Step(records[2])), Is.EqualTo((1_700_000_001.5, 2L)));
        Assert.That(Values(records[1]), Is.EquivalentTo(new Dictionary<string, float>
        {
            ["loss/train"] = 0.75f, ["loss/test"] = 0.5f, ["accuracy/test"] = 0.25f, ["learning rate"] = 0.125f, ["samples per second"] = 100,
        }));
        Assert.That(Values(records[2]), Is.EquivalentTo(new Dictionary<string, float>
        {
            ["loss/train"] = 0.5f, ["loss/validation"] = 0.375f, ["learning rate"] = 0.0625f, ["samples per second"] = 200, ["experts/entropy"] = 1,
            ["experts/covered"] = 0.875f, ["expert patches/0"] = 0.25f, ["expert patches/1"] = 0.75f, ["expert gate/0"] = 0.5f, ["expert gate/1"] = 0.5f,
        }));
    }

    /// <summary>The check value of CRC-32C.</summary>
    [Test]
    public void Checksum_IsThatOfCastagnoli() => Assert.That(Crc("123456789"u8), Is.EqualTo(0xE3069283));

    private static List<byte[]> Records(byte[] file)
    {
        var records = new List<byte[]>();
        for (int at = 0; at < file.Length;)
        {
            int length = (int)BinaryPrimitives.ReadUInt64LittleEndian(file.AsSpan(at));
            Assert.That(BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(at + 8)), Is.EqualTo(Masked(file.AsSpan(at, 8))));
            Assert.That(BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(at + 12 + length)), Is.EqualTo(Masked(file.AsSpan(at + 12, length))));
            records.Add(file[(at + 12)..(at + 12 + length)]);
            at += length + 16;
        }

        return records;
    }

    private static uint Masked(ReadOnlySpan<byte> bytes) => ((Crc(bytes) >> 15) | (Crc(bytes) << 17)) + 0xa282ead8;

    /// <summary>CRC-32C bit by bit, reflected, with the polynomial 0x1EDC6F41.</summary>
    private static uint Crc(ReadOnlySpan<byte> bytes)
    {
        uint crc = 0xffffffff;
        foreach (byte value in bytes)
        {
            crc ^= value;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0x82F63B78 : crc >> 1;
            }
        }

        return ~crc;
    }

    private static double Time(byte[] record) => BitConverter.ToDouble(Fields(record).Single(field => field.Number == 1).Bytes);

    private static long Step(byte[] record) => (long)Fields(record).Single(field => field.Number == 2).Varint;

    private static Dictionary<string, float> Values(byte[] record) => Fields(Fields(record).Single(field => field.Number == 5).Bytes)
        .Select(value => Fields(value.Bytes))
        .ToDictionary(value => Encoding.UTF8.GetString(value.Single(field => field.Number == 1).Bytes), value => BitConverter.ToSingle(value.Single(field => field.Number == 2).Bytes));

    private static List<(int Number, ulong Varint, byte[] Bytes)> Fields(byte[] message)
    {
        var fields = new List<(int, ulong, byte[])>();
        for (int at = 0; at < message.Length;)
        {
            ulong key = Varint(message, ref at);
            ulong number = 0;
            int length = 0;
            switch (key & 7)
            {
                case 0:
                    number = Varint(message, ref at);
                    break;
                case 1:
                    length = 8;
                    break;
                case 5:
                    length = 4;
                    break;
                default:
                    length = (int)Varint(message, ref at);
                    break;
            }

            fields.Add(((int)(key >> 3), number, message[at..(at + length)]));
            at += length;
        }

        return fields;
    }

    private static ulong Varint(byte[] message, ref int at)
    {
        ulong value = 0;
        for (int shift = 0; ; shift += 7)
        {
            byte one = message[at++];
            value |= (ulong)(one & 0x7f) << shift;
            if (one < 0x80)
            {
                return value;
            }
        }
    }
}
