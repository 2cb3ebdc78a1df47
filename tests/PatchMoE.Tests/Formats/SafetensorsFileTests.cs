using System.Buffers.Binary;
using System.Text;

namespace PatchMoE.Tests;

public class SafetensorsFileTests
{
    private static readonly NamedTensor[] Tensors =
    [
        new("b", [2, 2], [1, 2, 3, float.NaN]),
        new("a.weight", [3], [-1, 0.5f, float.NegativeInfinity]),
        new("empty", [0, 4], []),
        new("scalar", [], [7]),
        new("Ω \"quoted\"", [1], [1e-45f]),
    ];

    private static IEnumerable<string> GoldenFiles() => Directory.GetFiles(Repository.Golden, "*.safetensors", SearchOption.AllDirectories);

    [TestCaseSource(nameof(GoldenFiles))]
    public void GoldenFilesKeepTheirTensors(string path)
    {
        SafetensorsContent content = SafetensorsFile.Read(path);
        Assert.That(content.Tensors, Is.Not.Empty);
        AssertSame(Read(Bytes(content.Tensors)).Tensors, content.Tensors);

        // The values follow one another in the order of the header.
        byte[] file = File.ReadAllBytes(path);
        int values = content.Tensors.Sum(tensor => tensor.Values.Length);
        byte[] expected = [.. content.Tensors.SelectMany(tensor => tensor.Values).SelectMany(BitConverter.GetBytes)];
        Assert.That(file[^(values * 4)..], Is.EqualTo(expected));
    }

    [Test]
    public void TensorsRoundTripInTheirOrder()
    {
        AssertSame(Read(Bytes(Tensors)).Tensors, Tensors);
        AssertSame(Read(Bytes([])).Tensors, []);
    }

    [Test]
    public void MetadataRoundTrips()
    {
        var metadata = new Dictionary<string, string> { ["spec"] = "mnist\n\"joint\"", ["é"] = "" };
        using var folder = new TemporaryFolder();
        SafetensorsFile.Write(folder.File("w"), Tensors, metadata);
        Assert.That(SafetensorsFile.Read(folder.File("w")).Metadata, Is.EquivalentTo(metadata));
        Assert.That(Read(Bytes(Tensors)).Metadata, Is.Empty);
    }

    [Test]
    public void TheBytesAreThoseOfTheFormat()
    {
        const string Header = """{"a":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]}}""";
        byte[] file = Bytes([new NamedTensor("a", [1, 2], [1, -2])]);
        Assert.That(file, Is.EqualTo(Safetensors(Header.PadRight((Header.Length + 7) / 8 * 8), [0, 0, 0x80, 0x3F, 0, 0, 0, 0xC0])));
    }

    [Test]
    public void TheOrderOfTheDataIsFree()
    {
        SafetensorsContent content = Read(Safetensors(
            """{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]},"b":{"data_offsets":[0,4],"shape":[1],"dtype":"F32"}}   """,
            [0, 0, 0x80, 0x3F, 0, 0, 0, 0xC0]));
        AssertSame(content.Tensors, [new NamedTensor("a", [1], [-2]), new NamedTensor("b", [1], [1])]);
    }

    [TestCase("""{"a":{"dtype":"F128","shape":[1],"data_offsets":[0,8]}}""", "the tensor 'a' has the dtype 'F128', which the format does not have. Save or copy it again")]
    [TestCase("""{"a":{"dtype":"F4","shape":[3],"data_offsets":[0,8]}}""", "the tensor 'a' has 8 bytes, but its shape [3] of F4 needs 2. Save or copy it again")]
    [TestCase("""{"a":{"shape":[2],"data_offsets":[0,8]}}""", "the tensor 'a' has no dtype. Save or copy it again")]
    [TestCase("""{"a":{"dtype":"F32","data_offsets":[0,8]}}""", "the tensor 'a' has no shape. Save or copy it again")]
    [TestCase("""{"a":{"dtype":"F32","shape":[2]}}""", "the tensor 'a' has no data_offsets. Save or copy it again")]
    [TestCase("""{"a":{"dtype":"F32","dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", "the tensor 'a' has a field 'dtype' that appears twice or has the wrong type. Save or copy it again")]
    [TestCase("""{"a":{"dtype":"F32","shape":2,"data_offsets":[0,8]}}""", "the tensor 'a' has a field 'shape' that appears twice or has the wrong type. Save or copy it again")]
    [TestCase("""{"a":[0,8]}""", "the tensor 'a' is not an object with dtype, shape and data_offsets. Save or copy it again")]
    [TestCase("""{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}""", "the tensor 'a' has the size -2 in its shape, which is not a whole number from 0 to 2147483647. Save or copy it again")]
    [TestCase("""{"a":{"dtype":"F32","shape":[2.0],"data_offsets":[0,8]}}""", "the tensor 'a' has the size 2.0 in its shape, which is not a whole number from 0 to 2147483647. Save or copy it again")]
    [TestCase("""{"a":{"dtype":"F32","shape":["2"],"data_offsets":[0,8]}}""", "the tensor 'a' has the size \"2\" in its shape, which is not a whole number from 0 to 2147483647. Save or copy it again")]
    [TestCase("""{"a":{"dtype":"F32","shape":[2147483647,2147483647,2147483647],"data_offsets":[0,8]}}""", "the tensor 'a' has the shape [2147483647, 2147483647, 2147483647], more values than an array can hold. Save or copy it again")]
    [TestCase("""{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}""", "the tensor 'a' has 8 bytes, but its shape [3] of F32 needs 12. Save or copy it again")]
    [TestCase("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}""", "the tensor 'a' has the data_offsets [8,0], which are not two whole numbers 0 ≤ begin ≤ end. Save or copy it again")]
    [TestCase("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[-8,0]}}""", "the tensor 'a' has the data_offsets [-8,0], which are not two whole numbers 0 ≤ begin ≤ end. Save or copy it again")]
    [TestCase("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8,8]}}""", "the tensor 'a' has the data_offsets [0,8,8], which are not two whole numbers 0 ≤ begin ≤ end. Save or copy it again")]
    [TestCase("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,99999999999999999999]}}""", "the tensor 'a' has the data_offsets [0,99999999999999999999], which are not two whole numbers 0 ≤ begin ≤ end. Save or copy it again")]
    [TestCase("""{"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}""", "the tensor 'a' ends at byte 16 of the data, but there are only 8. Save or copy it again")]
    [TestCase("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", "the tensor 'b' begins at byte 0 of the data and overlaps another. Save or copy it again")]
    [TestCase("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", "the tensor 'a' begins at byte 4 of the data and leaves a gap of 4 bytes before it. Save or copy it again")]
    [TestCase("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", "4 bytes follow its last tensor. Save or copy it again")]
    [TestCase("""{}""", "8 bytes follow its last tensor. Save or copy it again")]
    [TestCase("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", "its header has 'a' twice. Give each tensor its own name")]
    [TestCase("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"\u0061":{"dtype":"F32","shape":[0],"data_offsets":[8,8]}}""", "its header has 'a' twice. Give each tensor its own name")]
    [TestCase("""{"__metadata__":{"x":1},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", "its __metadata__ is not an object of strings. Save the weights again")]
    [TestCase("""{"__metadata__":"x","a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", "its __metadata__ is not an object of strings. Save the weights again")]
    [TestCase("""{"__metadata__":{"x":"1","x":"2"},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", "its __metadata__ has 'x' twice. Save the weights again")]
    [TestCase("""{"\ud800":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", "its header has a string that is not valid Unicode. Save the weights again")]
    [TestCase("""{"a":{"dtype":"\ud800","shape":[2],"data_offsets":[0,8]}}""", "its header has a string that is not valid Unicode. Save the weights again")]
    [TestCase("""[]""", "its header does not begin with '{', so it is not a safetensors file. Save the weights with safetensors")]
    [TestCase("", "its header does not begin with '{', so it is not a safetensors file. Save the weights with safetensors")]
    public void AWrongHeaderIsExplained(string header, string message)
    {
        var error = Assert.Throws<BadInputException>(() => Read(Safetensors(header, new byte[8])))!;
        Assert.That(error.Message, Is.EqualTo($"file: {message}."));
    }

    /// <summary>What the format's specification and its reference implementation allow.</summary>
    [TestCase("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}     """)]
    [TestCase(""" \t\r\n{ "a" : { "data_offsets" : [0, 8], "shape" : [2], "dtype" : "F32" } }\n""")]
    [TestCase("""{"__metadata__":{},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""")]
    [TestCase("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"__metadata__":{"format":"pt","":""}}""")]
    [TestCase("""{"__metadata__":null,"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""")]
    [TestCase("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"note":{"x":[1]}}}""")]
    [TestCase("""{"z":{"dtype":"I64","shape":[3,0],"data_offsets":[8,8]},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"y":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}""")]
    public void WhatTheFormatAllows_IsRead(string header)
    {
        SafetensorsContent content = Read(Safetensors(header.Replace("\\t", "\t").Replace("\\r", "\r").Replace("\\n", "\n"), [0, 0, 0x80, 0x3F, 0, 0, 0, 0xC0]));
        Assert.That(content.Tensors.Single(tensor => tensor.Name == "a").Values, Is.EqualTo(new float[] { 1, -2 }));
    }

    [Test]
    public void HalfPrecision_IsWidened_AndDoublePrecisionRounded()
    {
        float[] values = [0, -0f, 1, -2.5f, 0.1f, 65504, 1e-7f, float.PositiveInfinity, float.NaN];
        byte[] f16 = [.. values.SelectMany(value => BitConverter.GetBytes((Half)value))];
        byte[] bf16 = [.. values.SelectMany(value => BitConverter.GetBytes(value)[2..])];
        byte[] f64 = [.. values.SelectMany(value => BitConverter.GetBytes((double)value + (value == 1 ? 1e-9 : 0)))];
        string Tensor(string name, string type, int start, int end) => $$"""
            "{{name}}":{"dtype":"{{type}}","shape":[{{values.Length}}],"data_offsets":[{{start}},{{end}}]}
            """;
        int second = f16.Length;
        int third = second + bf16.Length;
        SafetensorsContent content = Read(Safetensors(
            $"{{{Tensor("f16", "F16", 0, second)},{Tensor("bf16", "BF16", second, third)},{Tensor("f64", "F64", third, third + f64.Length)}}}", [.. f16, .. bf16, .. f64]));

        Assert.That(content.Tensors[0].Values, Is.EqualTo(values.Select(value => (float)(Half)value)));
        Assert.That(
            content.Tensors[1].Values.Select(BitConverter.SingleToUInt32Bits),
            Is.EqualTo(values.Select(value => BitConverter.SingleToUInt32Bits(value) & 0xFFFF0000)));
        Assert.That(content.Tensors[2].Values, Is.EqualTo(values));
    }

    [TestCase("I64", 64)]
    [TestCase("BOOL", 8)]
    [TestCase("F8_E4M3", 8)]
    [TestCase("C64", 64)]
    [TestCase("F4", 4)]
    [TestCase("F6_E2M3", 6)]
    public void TensorsOfOtherTypes_AreListedBesideTheWeights(string type, int bits)
    {
        int bytes = 4 * bits / 8;
        SafetensorsContent content = Read(Safetensors($$$"""{"a":{"dtype":"{{{type}}}","shape":[4],"data_offsets":[0,{{{bytes}}}]}}""", new byte[bytes]));
        Assert.That(content.Tensors, Is.Empty);
        Assert.That(content.Others.Single().Type, Is.EqualTo(type));
    }

    [TestCase("{")]
    [TestCase("{} x")]
    [TestCase("{,}")]
    [TestCase("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8],}}")]
    [TestCase("{\"a\":NaN}")]
    public void BrokenJsonIsExplained(string header)
    {
        var error = Assert.Throws<BadInputException>(() => Read(Safetensors(header, new byte[8])))!;
        Assert.That(error.Message, Does.StartWith("file: its header is not valid JSON: ").And.EndsWith(". Save or copy it again."));
    }

    [Test]
    public void DeepJsonIsRefused()
    {
        string deep = "{\"a\":" + new string('[', 100_000);
        Assert.Throws<BadInputException>(() => Read(Safetensors(deep, [])));
    }

    [Test]
    public void AWrongStartIsExplained()
    {
        void Check(byte[] file, string message) =>
            Assert.That(Assert.Throws<BadInputException>(() => Read(file))!.Message, Is.EqualTo($"file: {message}."));

        Check([1, 2, 3], "it has 3 bytes; a safetensors file has at least 8. Save or copy it again");
        Check([255, 255, 255, 255, 255, 255, 255, 255, .. "{}"u8], "its header claims 18446744073709551615 bytes, but only 2 are left. It is truncated, or not a safetensors file; save or copy it again");
        Check([3, 0, 0, 0, 0, 0, 0, 0, (byte)'{', 0xFF, (byte)'}'], "its header is not valid UTF-8. Save or copy it again");
    }

    [Test]
    public void AHeaderBeyondTheFormatsLimitIsNotRead()
    {
        using var folder = new TemporaryFolder();
        using (FileStream stream = File.Create(folder.File("w")))
        {
            stream.Write([1, 0xE1, 0xF5, 5, 0, 0, 0, 0]);
            stream.SetLength(100_000_100);
        }

        var error = Assert.Throws<BadInputException>(() => SafetensorsFile.Read(folder.File("w")))!;
        Assert.That(error.Message, Does.EndWith(": its header takes 100000001 bytes; the format allows 100000000. Save the weights again."));
    }

    [Test]
    public void EveryTruncationIsRefused()
    {
        byte[] file = Bytes(Tensors);
        Assert.That(HostileBytes.Refused(HostileBytes.Truncations(file), bytes => Read(bytes)), Is.EqualTo(file.Length));
    }

    [Test]
    public void AFlippedHeaderByteGivesAnErrorOrTensors()
    {
        byte[] file = Bytes(Tensors);
        Assert.That(HostileBytes.Refused(HostileBytes.Flips(file, file.Length - 36), bytes => Read(bytes)), Is.GreaterThan(1000));
    }

    [Test]
    public void RandomDamageGivesAnErrorOrTensors()
    {
        byte[] file = Bytes(Tensors);
        Assert.That(HostileBytes.Refused(HostileBytes.Damages(file, 20000), bytes => Read(bytes)), Is.GreaterThan(10000));
    }

    [Test]
    public void WritingChecksNamesAndShapes()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("w");
        Assert.Throws<ArgumentException>(() => SafetensorsFile.Write(path, [new("a", [1], [1]), new("a", [1], [1])]));
        Assert.Throws<ArgumentException>(() => SafetensorsFile.Write(path, [new("__metadata__", [1], [1])]));
        Assert.Throws<ArgumentException>(() => SafetensorsFile.Write(path, [new("a", [2], [1])]));
        Assert.That(Directory.GetFileSystemEntries(folder.Path), Is.Empty);
    }

    private static void AssertSame(IReadOnlyList<NamedTensor> actual, IReadOnlyList<NamedTensor> expected)
    {
        Assert.That(actual.Select(tensor => tensor.Name), Is.EqualTo(expected.Select(tensor => tensor.Name)));
        for (int i = 0; i < expected.Count; i++)
        {
            Assert.That(actual[i].Shape, Is.EqualTo(expected[i].Shape));
            Assert.That(actual[i].Values, Is.EqualTo(expected[i].Values));
        }
    }

    private static SafetensorsContent Read(byte[] file) => SafetensorsFile.Read(new MemoryStream(file), "file");

    private static byte[] Bytes(IReadOnlyList<NamedTensor> tensors)
    {
        using var stream = new MemoryStream();
        SafetensorsFile.Write(stream, tensors);
        return stream.ToArray();
    }

    /// <summary>A file with any header.</summary>
    private static byte[] Safetensors(string header, byte[] data)
    {
        byte[] text = Encoding.UTF8.GetBytes(header);
        var length = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, text.Length);
        return [.. length, .. text, .. data];
    }
}
