using System.Globalization;
using System.IO.Compression;
using System.Text;
using PatchMoE.Documents;
using PatchMoE.Imaging;
using SkiaSharp;

namespace PatchMoE.Tests;

/// <summary>
/// Every reader against files that were damaged in structured ways: a result or the documented exception, never another one, and no more memory than the file's
/// size allows. <c>PATCHMOE_MUTATIONS</c> is the number of mutations for each reader, if there are to be more.
/// </summary>
public sealed class MutationTests
{
    /// <summary>What a reader may take besides a multiple of its input: buffers and the like.</summary>
    private const long Allowance = 16 << 20;

    private static readonly int s_mutations =
        int.Parse(Environment.GetEnvironmentVariable("PATCHMOE_MUTATIONS") ?? "1000", CultureInfo.InvariantCulture);

    private TemporaryFolder _folder = null!;

    [SetUp]
    public void CreateFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    /// <summary>Invalid specs are no exception, but have diagnostics; none is without.</summary>
    [Test]
    public void SpecTexts()
    {
        byte[][] specs = [.. Directory.GetFiles(Path.Combine(Repository.Root, "specs"), "*.json").Where(path => !path.EndsWith("schema.json", StringComparison.Ordinal)).Select(File.ReadAllBytes)];
        Check(specs, 1, times: 2000, bytes =>
        {
            SpecResult result = SpecReader.Read(Encoding.UTF8.GetString(bytes), "a.json");
            Assert.That(result.Spec is not null || result.Diagnostics.Count > 0, "no spec, and no mistake");
            if (result.Spec is { } spec)
            {
                Assert.That(SpecReader.Read(SpecWriter.ToJson(spec), "a.json").Spec, Is.EqualTo(spec));
            }
        });
    }

    [Test]
    public void Safetensors() => Check([Saved(Weights), Saved(path => SafetensorsFile.Write(path, []))], 2, times: 100, bytes => SafetensorsFile.Read(new MemoryStream(bytes), "file"));

    [Test]
    public void Npy() => Check([.. Arrays().Select(Bytes)], 3, times: 100, bytes => NpyFile.Read(new MemoryStream(bytes), "file"));

    [Test]
    public void Npz() => Check([Archive(CompressionLevel.Optimal), Archive(CompressionLevel.NoCompression)], 4, times: 1100, bytes => NpyFile.Read(new MemoryStream(bytes), "file", array: "a"));

    [Test]
    public void Idx() => Check([Images, Zipped(Images)], 5, times: 1100, InFile("x.idx", path => IdxFile.Read(path, rank: 3)));

    [Test]
    public void Cifar10()
    {
        var record = new byte[2 * 3073];
        record[3073] = 9;
        Check([record, record[..3073]], 6, times: 100, InFile("x.bin", path => Cifar10File.Read(path)));
    }

    [Test]
    public void Csv() => Check(
        ["label,a,b\ncat,1,2\n\"dog \"\"x\"\"\",3e5,-4\n"u8.ToArray(), "a;b;label\r\n1;2;x\r\n3;4;y\r\n"u8.ToArray(), "a\tlabel\n0.5\tu\n"u8.ToArray()],
        7, times: 1000, InFile("x.csv", path => CsvTable.Read(path, "label")));

    [Test]
    public void Checkpoints()
    {
        PatchMoESpec spec = Specs.Dense(Specs.Vectors, 2, Specs.Synthetic, Specs.Training(TrainingMethod.Single, OptimizerKind.Adam));
        Checkpoint checkpoint = Run.Of(spec).Train().Checkpoint;
        byte[] whole = Saved(path => CheckpointFile.Save(path, spec.Model, checkpoint));
        byte[] unsummed = Saved(path =>
        {
            SafetensorsContent content = SafetensorsFile.Read(new MemoryStream(whole), "file");
            SafetensorsFile.Write(path, content.Tensors, content.Metadata.Where(entry => entry.Key != CheckpointSum.Key).ToDictionary());
        });
        Check([whole, unsummed, unsummed], 8, times: 300, bytes => CheckpointFile.Load(new MemoryStream(bytes), "file", spec.Model));
    }

    [Test]
    public void Metrics()
    {
        byte[] lines = Encoding.UTF8.GetBytes("""{"phase":"all","epoch":1,"learningRate":0.1,"trainLoss":1,"testLoss":2.5,"samplesPerSecond":5,"experts":{"patches":[0.5,0.5],"gate":[],"entropy":1,"covered":1}}""");
        Check([lines], 9, times: 1000, InFile("metrics.jsonl", path =>
        {
            foreach (EpochMetrics epoch in RunRecord.ReadMetrics(path))
            {
                Assert.That(EpochMetrics.FromJson(epoch.ToJson()), Is.EqualTo(epoch));
            }
        }));
    }

    /// <summary>Skia's memory is not the runtime's; a picture's pixels are, up to the 400 million that the decoder allows.</summary>
    [Test]
    public void Pictures()
    {
        using var bitmap = new SKBitmap(9, 7);
        bitmap.Erase(SKColors.Teal);
        byte[] Encoded(SKEncodedImageFormat format) => bitmap.Encode(format, 80).ToArray();
        Check(
            [Encoded(SKEncodedImageFormat.Png), Encoded(SKEncodedImageFormat.Jpeg), Encoded(SKEncodedImageFormat.Webp)], 10, times: 0,
            bytes =>
            {
                // What claims to be large is refused or takes memory by right: sizes are not damaged here.
                (int height, int width) = PictureDecoder.SizeOf(bytes, "file");
                if ((long)height * width < 1_000_000)
                {
                    PictureDecoder.Decode(bytes, "file");
                }
            });
    }

    [Test]
    public void Mails() => Check(
        [
            "From: a@b.c\r\nSubject: =?utf-8?B?SGVsbG8=?=\r\nContent-Type: multipart/alternative; boundary=x\r\n\r\n--x\r\nContent-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nHe=E9llo\r\n--x\r\nContent-Type: text/html\r\n\r\n<html><body><p>Hi</p></body></html>\r\n--x--\r\n"u8.ToArray(),
            "From - Mon Jan 1 00:00:00 2024\nSubject: x\nContent-Transfer-Encoding: base64\n\nSGVsbG8gd29ybGQ=\n"u8.ToArray(),
        ],
        11, times: 10_000, bytes => MailReader.Read("file", new MemoryStream(bytes)));

    private static void Check(byte[][] files, int seed, long times, Action<byte[]> read)
    {
        var mutations = new Mutations(files, seed);
        int refused = 0;
        for (int number = 0; number < s_mutations; number++)
        {
            byte[] file = mutations.Make(number);
            long before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                read(file);
            }
            catch (BadInputException)
            {
                refused++;
            }
            catch (Exception exception) when (exception is not AssertionException)
            {
                Assert.Fail($"mutation {number}: {exception}\n{Convert.ToBase64String(file)}");
            }

            long taken = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.That(taken, Is.LessThan(Allowance + (times * file.Length)), $"mutation {number} of {file.Length} bytes: {Convert.ToBase64String(file)}");
        }

        TestContext.Out.WriteLine($"{s_mutations} mutations, {refused} refused");
    }

    /// <summary>A reader of files as one of bytes.</summary>
    private Action<byte[]> InFile(string name, Action<string> read)
    {
        string path = _folder.File(name);
        return bytes =>
        {
            File.WriteAllBytes(path, bytes);
            read(path);
        };
    }

    private byte[] Saved(Action<string> save)
    {
        string path = _folder.File("saved");
        save(path);
        return File.ReadAllBytes(path);
    }

    private static void Weights(string path) => SafetensorsFile.Write(
        path, [new NamedTensor("router.weight", [2, 3], [1, 2, 3, 4, 5, 6]), new NamedTensor("b", [4], [0, 0, 0, 0])], new Dictionary<string, string> { ["format"] = "x" });

    private static IEnumerable<NpyArray> Arrays() => [new NpyArray([2, 3], [1f, 2f, 3f, 4f, 5f, 6f]), new NpyArray([3], new int[] { 1, 2, 3 }), new NpyArray([2, 2], new byte[] { 1, 2, 3, 4 })];

    private static byte[] Bytes(NpyArray array)
    {
        using var stream = new MemoryStream();
        NpyFile.Write(stream, array);
        return stream.ToArray();
    }

    private static byte[] Archive(CompressionLevel level)
    {
        using var stream = new MemoryStream();
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach ((string name, NpyArray array) in Arrays().Zip("abc", (array, name) => ($"{name}", array)))
            {
                using Stream entry = archive.CreateEntry($"{name}.npy", level).Open();
                entry.Write(Bytes(array));
            }
        }

        return stream.ToArray();
    }

    private static byte[] Images => [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 2, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];

    private static byte[] Zipped(byte[] content)
    {
        using var stream = new MemoryStream();
        using (var zip = new GZipStream(stream, CompressionLevel.Optimal))
        {
            zip.Write(content);
        }

        return stream.ToArray();
    }
}
