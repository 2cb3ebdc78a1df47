using System.Buffers.Binary;
using System.IO.Compression;

namespace PatchMoE.Tests;

public sealed class IdxFileTests
{
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void CreateFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [TestCase(false)]
    [TestCase(true)]
    public void ReadsPlainAndGzippedFiles_WhateverTheName(bool gzip)
    {
        string path = Save("no-ending", Idx([2, 3, 2], 12), gzip);

        (int[] shape, byte[] values) = IdxFile.Read(path, rank: 3);

        Assert.That(shape, Is.EqualTo(new[] { 2, 3, 2 }));
        Assert.That(values, Is.EqualTo(Enumerable.Range(0, 12)));
    }

    [Test]
    public void MissingFile_IsNamed() => Refuses(_folder.File("none.gz"), "none.gz", "no such file");

    [TestCase(false)]
    [TestCase(true)]
    public void WrongMagicNumber_IsNamed(bool gzip)
    {
        byte[] bytes = Idx([2, 3, 2], 12);
        bytes[3] = 1;
        Refuses(Save("labels", bytes, gzip), "0x00000801", "0x00000803");
    }

    [Test]
    public void OtherElementTypes_AreRefused()
    {
        byte[] bytes = Idx([2, 3, 2], 12);
        bytes[2] = 0x0D;
        Refuses(Save("floats", bytes), "0x00000D03");
    }

    [TestCase(false)]
    [TestCase(true)]
    public void TruncatedValues_AreSaid(bool gzip) => Refuses(Save("short", Idx([2, 3, 2], 11), gzip), "2×3×2 = 12", "truncated");

    [TestCase(false)]
    [TestCase(true)]
    public void OverlongFiles_AreSaid(bool gzip) => Refuses(Save("long", Idx([2, 3, 2], 13), gzip), "2×3×2 = 12", "holds more");

    [TestCase(0)]
    [TestCase(3)]
    [TestCase(4)]
    [TestCase(15)]
    public void TruncatedHeaders_AreSaid(int length) => Refuses(Save("header", Idx([2, 3, 2], 12)[..length]), "truncated");

    [Test]
    public void EveryTruncationOfTheGzipStreamThatLosesValues_IsRefused()
    {
        string path = Save("cut.gz", Idx([2, 3, 2], 12), gzip: true);
        byte[] whole = File.ReadAllBytes(path);

        // After the values come the end-of-block code, in up to two bytes, and eight bytes of checksum and length.
        for (int length = 0; length < whole.Length - 10; length++)
        {
            File.WriteAllBytes(path, whole[..length]);
            Assert.That(() => IdxFile.Read(path, rank: 3), Throws.TypeOf<BadInputException>(), $"{length} of {whole.Length} bytes");
        }
    }

    [Test]
    public void AWrongChecksum_IsRefused()
    {
        string path = Save("checksum.gz", Idx([2, 3, 2], 12), gzip: true);
        byte[] bytes = File.ReadAllBytes(path);
        bytes[^8] ^= 1;
        File.WriteAllBytes(path, bytes);
        Refuses(path, "damaged");
    }

    [Test]
    public void DamagedGzip_IsSaid()
    {
        byte[] bytes = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 0xFF, 0xFF, 0xFF, 0xFF];
        Refuses(Save("damaged.gz", bytes), "damaged");
    }

    [TestCase(new[] { int.MaxValue, int.MaxValue, int.MaxValue })]
    [TestCase(new[] { 60000, 2800, 28 })]
    public void HugePromises_AreRefusedBeforeAnythingIsAllocated(int[] shape)
    {
        string path = Save("huge", Idx(shape, 12));
        long before = GC.GetAllocatedBytesForCurrentThread();

        Refuses(path, "Download".ToLowerInvariant());

        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(1_000_000));
    }

    /// <summary>Two megabytes could be two gigabytes of zeros, so the header alone refutes nothing.</summary>
    [Test]
    public void APromiseThatGzipCouldKeep_TakesMemoryAsBytesArrive()
    {
        byte[] content = Idx([2000, 1000, 1000], 2_000_000);
        Random.Shared.NextBytes(content.AsSpan(16));
        string path = Save("promise.gz", content, gzip: true);
        long before = GC.GetAllocatedBytesForCurrentThread();

        Refuses(path, "truncated");

        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(20_000_000));
    }

    [Test]
    public void ZeroAndNegativeSizes_AreRefused([Values(0, -1)] int size) => Refuses(Save("size", Idx([2, size, 2], 0)), "axis 1");

    [Test]
    public void ImagesAndLabelsThatDifferInNumber_AreRefused()
    {
        string images = Save("images", Idx([2, 3, 2], 12));
        string labels = Save("labels", Idx([3], 3));

        Assert.That(() => ImageSet.Read(images, labels), Throws.TypeOf<BadInputException>().With.Message.Contains("2 images").And.Message.Contains("3 labels"));
    }

    private static void Refuses(string path, params string[] parts)
    {
        string message = Assert.Throws<BadInputException>(() => IdxFile.Read(path, rank: 3))!.Message;
        foreach (string part in parts.Append(path))
        {
            Assert.That(message, Does.Contain(part));
        }
    }

    private static byte[] Idx(int[] shape, int values)
    {
        var bytes = new byte[4 + (4 * shape.Length) + values];
        bytes[2] = 8;
        bytes[3] = (byte)shape.Length;
        for (int axis = 0; axis < shape.Length; axis++)
        {
            BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(4 + (4 * axis)), shape[axis]);
        }

        for (int i = 0; i < values; i++)
        {
            bytes[^(values - i)] = (byte)i;
        }

        return bytes;
    }

    private string Save(string name, byte[] bytes, bool gzip = false)
    {
        string path = _folder.File(name);
        using Stream file = File.Create(path);
        using Stream target = gzip ? new GZipStream(file, CompressionLevel.Optimal) : file;
        target.Write(bytes);
        return path;
    }
}
