using System.Buffers.Binary;
using System.IO.Compression;

namespace PatchMoE.Tests;

public sealed class PngImageTests
{
    [Test]
    public void OneGreyPixel_HasTheBytesOfTheStandard()
    {
        byte[] png = PngImage.Encode([128], 1, 1, 1);

        // Signature and header chunk of a 1×1 grey image; 3A7E9B55 is its known checksum.
        Assert.That(Convert.ToHexString(png[..33]), Is.EqualTo("89504E470D0A1A0A0000000D49484452000000010000000108000000003A7E9B55"));
        Assert.That(Convert.ToHexString(png[^12..]), Is.EqualTo("0000000049454E44AE426082"));
    }

    [TestCase(1)]
    [TestCase(3)]
    public void Pixels_ComeBack(int channels)
    {
        byte[] pixels = [.. Enumerable.Range(0, 5 * 4 * channels).Select(i => (byte)(i * 37))];
        byte[] png = PngImage.Encode(pixels, 5, 4, channels);

        int length = BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(33));
        using var zlib = new ZLibStream(new MemoryStream(png, 41, length), CompressionMode.Decompress);
        using var rows = new MemoryStream();
        zlib.CopyTo(rows);
        byte[][] lines = [.. rows.ToArray().Chunk(1 + (5 * channels))];

        Assert.That(lines.Select(line => line[0]), Is.All.Zero);
        Assert.That(lines.SelectMany(line => line.Skip(1)), Is.EqualTo(pixels));
        Assert.That(png[25], Is.EqualTo(channels == 3 ? 2 : 0));
    }
}
