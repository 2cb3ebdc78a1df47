using System.Text;

namespace PatchMoE.Tests;

public class NpyFileTests
{
    private static readonly byte[] Small = Bytes(new NpyArray([2, 3], new float[] { 1, -2, 3.5f, float.NaN, float.PositiveInfinity, -0.0f }));

    private static IEnumerable<string> GoldenFiles() => Directory.GetFiles(Repository.Golden, "*.npy", SearchOption.AllDirectories);

    [TestCaseSource(nameof(GoldenFiles))]
    public void NumpysFilesAreReadAndWrittenBackByteForByte(string path)
    {
        NpyArray array = NpyFile.Read(path);
        Assert.That(Bytes(array), Is.EqualTo(File.ReadAllBytes(path)));
    }

    [Test]
    public void EveryTypeAndRankRoundTrips()
    {
        NpyArray[] arrays =
        [
            new([], [3.25f]),
            new([0], Array.Empty<float>()),
            new([5, 0, 7], Array.Empty<int>()),
            new([1], [int.MinValue]),
            new([2, 2], [1, -1, int.MaxValue, 0]),
            new([3], new byte[] { 0, 128, 255 }),
            new([1, 2, 1, 3], new float[] { 1e-45f, float.MaxValue, -1, 0, 0.1f, float.NegativeInfinity }),
        ];
        foreach (NpyArray array in arrays)
        {
            NpyArray copy = Read(Bytes(array));
            Assert.That(copy.Type, Is.EqualTo(array.Type));
            Assert.That(copy.Shape, Is.EqualTo(array.Shape));
            Assert.That(Bytes(copy), Is.EqualTo(Bytes(array)));
        }

        Assert.That(Read(Small).Values<float>(), Is.EqualTo(new float[] { 1, -2, 3.5f, float.NaN, float.PositiveInfinity, -0.0f }));
    }

    [Test]
    public void TheHeaderIsNumpys()
    {
        byte[] bytes = Bytes(new NpyArray([3], new byte[] { 7, 8, 9 }));
        Assert.That(bytes, Has.Length.EqualTo(128 + 3));
        Assert.That(bytes[..10], Is.EqualTo(new byte[] { 0x93, 78, 85, 77, 80, 89, 1, 0, 118, 0 }));
        Assert.That(Encoding.ASCII.GetString(bytes[10..128]), Is.EqualTo("{'descr': '|u1', 'fortran_order': False, 'shape': (3,), }".PadRight(117) + "\n"));
    }

    [Test]
    public void AFileRoundTrips()
    {
        using var folder = new TemporaryFolder();
        NpyFile.Write(folder.File("x.npy"), new NpyArray([2], [4, 5]));
        Assert.That(NpyFile.Read(folder.File("x.npy")).Values<int>(), Is.EqualTo(new[] { 4, 5 }));
    }

    [Test]
    public void LargeArraysAreReadInPieces()
    {
        float[] values = [.. Enumerable.Range(0, (1 << 20) + 17).Select(i => (float)i)];
        Assert.That(Read(Bytes(new NpyArray([values.Length], values))).Values<float>(), Is.EqualTo(values));
    }

    [Test]
    public void NumpysDefaultTypesAreConverted()
    {
        NpyArray floats = Read(NumpyFile.WithHeader("{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }", [.. BitConverter.GetBytes(0.1), .. BitConverter.GetBytes(double.NaN)]));
        Assert.That(floats.Values<float>(), Is.EqualTo(new[] { 0.1f, float.NaN }));

        NpyArray integers = Read(NumpyFile.WithHeader("{'descr': '<i8', 'fortran_order': False, 'shape': (2,), }", [.. BitConverter.GetBytes(-5L), .. BitConverter.GetBytes((long)int.MaxValue)]));
        Assert.That(integers.Values<int>(), Is.EqualTo(new[] { -5, int.MaxValue }));

        byte[] many = [.. Enumerable.Range(0, 10000).SelectMany(i => BitConverter.GetBytes((double)i))];
        Assert.That(
            Read(NumpyFile.WithHeader("{'descr': '<f8', 'fortran_order': False, 'shape': (10000,), }", many)).Values<float>(),
            Is.EqualTo(Enumerable.Range(0, 10000).Select(i => (float)i)));
    }

    [Test]
    public void Versions2And3AreRead()
    {
        foreach (byte version in (byte[])[2, 3])
        {
            byte[] header = Encoding.UTF8.GetBytes("{\"shape\": (1,), 'fortran_order': False, 'descr': '|u1'}\n");
            byte[] file = [0x93, 78, 85, 77, 80, 89, version, 0, (byte)header.Length, 0, 0, 0, .. header, 42];
            Assert.That(Read(file).Values<byte>(), Is.EqualTo(new byte[] { 42 }));
        }
    }

    [TestCase("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (), }", "at character 11 of its header, 'descr' is a structured type; only plain numbers can be read. Save one field of it, for example np.save(path, x['field'].astype('float32'))")]
    [TestCase("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", "4 of the 8 bytes of its 2 values are missing. Save or copy it again")]
    [TestCase("{'descr': '|u1', 'fortran_order': False, 'shape': (3,), }", "1 extra bytes follow the 3 bytes of its 3 values. Save or copy it again")]
    [TestCase("{'descr': '<f4', 'fortran_order': False, 'shape': (-1,), }", "at character 52 of its header, the size -1 is negative")]
    [TestCase("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999,), }", "at character 52 of its header, the size 99999999999 is more than 2147483647")]
    [TestCase("{'descr': '<f4', 'fortran_order': False, 'shape': (65536, 65536), }", "the shape [65536, 65536] holds more values than an array can. Split it")]
    [TestCase("{'descr': '<f4', 'fortran_order': False, 'shape': (2147483647, 2147483647, 4, 2147483647), }", "the shape [2147483647, 2147483647, 4, 2147483647] holds more values than an array can. Split it")]
    [TestCase("{'descr': '<f4', 'fortran_order': False, 'shape': (1), }", "at character 54 of its header, a shape of one axis is written with a comma, (3,)")]
    [TestCase("{'descr': '<f4', 'fortran_order': False, 'shape': (1.0,), }", "at character 53 of its header, ')' is expected")]
    [TestCase("{'descr': '<f4', 'fortran_order': False, 'shape': (,), }", "at character 52 of its header, a whole number is expected")]
    [TestCase("{'descr': '<f4', 'fortran_order': 0, 'shape': (), }", "at character 35 of its header, True or False is expected")]
    [TestCase("{'descr': '<f4', 'fortran_order': False, }", "at character 43 of its header, the field 'shape' is missing")]
    [TestCase("{'descr': '<f4', 'descr': '<f4', }", "at character 18 of its header, the field 'descr' is unknown or appears twice")]
    [TestCase("{'type': '<f4', }", "at character 2 of its header, the field 'type' is unknown or appears twice")]
    [TestCase("{'descr': '<f4", "at character 15 of its header, a quoted string is not closed")]
    [TestCase("{'descr': f4}", "at character 11 of its header, a quoted string is expected")]
    [TestCase("{'descr': '<f4', 'fortran_order': False, 'shape': ()} x", "at character 55 of its header, there is text after the closing '}'")]
    [TestCase("", "at character 1 of its header, '{' is expected")]
    public void AWrongHeaderIsExplained(string header, string message)
    {
        var error = Assert.Throws<BadInputException>(() => Read(NumpyFile.WithHeader(header, [0, 0, 0, 0])))!;
        Assert.That(error.Message, Is.EqualTo($"file: {message}."));
    }

    [Test]
    public void AWrongStartIsExplained()
    {
        void Check(byte[] file, string message) =>
            Assert.That(Assert.Throws<BadInputException>(() => Read(file))!.Message, Is.EqualTo($"file: {message}."));

        Check([], "it is not a .npy or .npz file. Save the array with np.save(path, x)");
        Check([.. "\u007fELF, a program"u8], "it is not a .npy or .npz file. Save the array with np.save(path, x)");
        Check(Small[..9], "it ends after 9 bytes, inside its header. Save or copy it again");
        Check([.. Small[..6], 4, 0, .. Small[8..]], "its version 4.0 is unknown; 1.0, 2.0 and 3.0 are supported. Save it again with np.save(path, x)");
        Check([.. Small[..6], 1, 1, .. Small[8..]], "its version 1.1 is unknown; 1.0, 2.0 and 3.0 are supported. Save it again with np.save(path, x)");
        Check([.. Small[..8], 0xFF, 0xFF, .. Small[10..]], "its header claims 65535 bytes, but only 142 are left. Save or copy it again");
        Check([.. Small[..6], 2, 0, 0xFF, 0xFF, 0xFF, 0xFF], "its header claims 4294967295 bytes; at most 65535 are allowed. Save it again with np.save(path, x)");
        Check([.. Small[..6], 3, 0, 1, 0, 0, 0, 0xFF], "its header is not valid UTF-8");
    }

    [Test]
    public void AValueOutsideTheRangeIsNamed()
    {
        var tooLarge = Assert.Throws<BadInputException>(() =>
            Read(NumpyFile.WithHeader("{'descr': '<i8', 'fortran_order': False, 'shape': (2,), }", [.. BitConverter.GetBytes(1L), .. BitConverter.GetBytes(1L << 40)])))!;
        Assert.That(tooLarge.Message, Is.EqualTo("file: its value at [1], 1099511627776, is outside the range of int32. Use smaller numbers."));

        var huge = Assert.Throws<BadInputException>(() => Read(NumpyFile.WithHeader("{'descr': '<f8', 'fortran_order': False, 'shape': (), }", BitConverter.GetBytes(1e300))))!;
        Assert.That(huge.Message, Is.EqualTo("file: its value at [], 1E+300, is outside the range of float32. Scale the values."));
    }

    [Test]
    public void EveryTruncationIsRefused() =>
        Assert.That(HostileBytes.Refused(HostileBytes.Truncations(Small), file => Read(file)), Is.EqualTo(Small.Length));

    [Test]
    public void AFlippedHeaderByteGivesAnErrorOrAnArray() =>
        Assert.That(HostileBytes.Refused(HostileBytes.Flips(Small, 128), file => Read(file)), Is.GreaterThan(128));

    [Test]
    public void RandomDamageGivesAnErrorOrAnArray() =>
        Assert.That(HostileBytes.Refused(HostileBytes.Damages(Small, 20000), file => Read(file)), Is.GreaterThan(10000));

    [Test]
    public void AMissingFileAndAFolderAreNamed()
    {
        using var folder = new TemporaryFolder();
        Assert.That(
            Assert.Throws<BadInputException>(() => NpyFile.Read(folder.File("x.npy")))!.Message,
            Is.EqualTo($"{folder.File("x.npy")}: cannot be read: there is no such file. Check the path."));
        Assert.That(
            Assert.Throws<BadInputException>(() => NpyFile.Read(folder.Path))!.Message,
            Is.EqualTo($"{folder.Path}: cannot be read: it is a folder. Give the name of a file in it."));
        Assert.That(
            Assert.Throws<BadInputException>(() => NpyFile.Read(""))!.Message,
            Is.EqualTo("'' is not a file name. Give the path of the file to read."));
    }

    [Test]
    public void AnArrayChecksItsShapeAndType()
    {
        Assert.Throws<ArgumentException>(() => _ = new NpyArray([2, 3], new float[5]));
        Assert.Throws<ArgumentException>(() => _ = new NpyArray([-1, -1], new float[1]));
        Assert.Throws<InvalidOperationException>(() => new NpyArray([1], new byte[1]).Values<float>());
        Assert.Throws<InvalidOperationException>(() => new NpyArray([1], new int[1]).Values<uint>());
    }

    private static NpyArray Read(byte[] file) => NpyFile.Read(new MemoryStream(file), "file");

    private static byte[] Bytes(NpyArray array)
    {
        using var stream = new MemoryStream();
        NpyFile.Write(stream, array);
        return stream.ToArray();
    }
}
