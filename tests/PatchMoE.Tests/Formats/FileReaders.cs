using System.IO.Compression;
using System.Text;
using PatchMoE.Documents;
using PatchMoE.Imaging;
using SkiaSharp;

namespace PatchMoE.Tests;

/// <summary>Every reader that a user's files reach, with small files that it takes.</summary>
/// <param name="folder">An empty folder, for readers of files.</param>
/// <param name="specs">The folder of the repository's specs.</param>
internal sealed class FileReaders(string folder, string specs)
{
    /// <summary>Their names, in an order that stays.</summary>
    public static IReadOnlyList<string> Names { get; } =
        ["spec", "safetensors", "npy", "npz", "idx", "cifar10", "csv", "checkpoint", "metrics", "picture", "mail", "jsonl", "attributes"];

    /// <summary>The reader of a name.</summary>
    public FileReader Of(string name) => name switch
    {
        "spec" => new FileReader(name, 2000, Specs(), ReadSpec),
        "safetensors" => new FileReader(name, 100, [Saved(Weights), Saved(path => SafetensorsFile.Write(path, []))], bytes => SafetensorsFile.Read(new MemoryStream(bytes), "file")),
        "npy" => new FileReader(name, 100, [.. Arrays().Select(Bytes)], bytes => NpyFile.Read(new MemoryStream(bytes), "file")),
        "npz" => new FileReader(name, 1100, [Archive(CompressionLevel.Optimal), Archive(CompressionLevel.NoCompression)], bytes => NpyFile.Read(new MemoryStream(bytes), "file", array: "a")),
        "idx" => new FileReader(name, 1100, [Images, Zipped(Images)], InFile("x.idx", path => IdxFile.Read(path, rank: 3))),
        "cifar10" => new FileReader(name, 100, Cifar10(), InFile("x.bin", path => Cifar10File.Read(path))),

        // What reads the cells makes room for 32 more of them again and again, and lets go of the old room at once: in all the square of a row's cells, 240 MB for 35,000 of them in 70 KB.
        "csv" => new FileReader(
            name,
            10_000,
            ["label,a,b\ncat,1,2\n\"dog \"\"x\"\"\",3e5,-4\n"u8.ToArray(), "a;b;label\r\n1;2;x\r\n3;4;y\r\n"u8.ToArray(), "a\tlabel\n0.5\tu\n"u8.ToArray()],
            InFile("x.csv", path => CsvTable.Read(path, "label"))),
        "checkpoint" => Checkpoints(name),
        "metrics" => new FileReader(name, 1000, [Encoding.UTF8.GetBytes(SampleCheckpoint.Epoch.ToJson() + "\n")], InFile("metrics.jsonl", ReadMetrics)),
        "picture" => new FileReader(name, 0, Pictures(), ReadPicture),
        "mail" => new FileReader(name, 10_000, Mails, bytes => MailReader.Read("file", new MemoryStream(bytes))),
        "jsonl" => new FileReader(
            name,
            1000,
            [
                "{\"text\":\"Good \\u00e9\",\"title\":\"T\",\"label\":\"a\"}\n\n{\"label\":1e5,\"text\":\"Bad\\n\\nnews\",\"title\":\"\",\"more\":[{\"x\":null}]}\n"u8.ToArray(),
                "{\"text\":true,\"title\":\"\",\"label\":\"b\"}"u8.ToArray(),
            ],
            InFile("x.jsonl", path => new TextTable(path, new TextDataSpec(path, null, 0.2) { Title = "title" }).Read(DocumentReader.Default))),
        "attributes" => new FileReader(name, 1000, AttributeStrings.Files, AttributeStrings.Read),
        _ => throw new ArgumentException($"there is no reader '{name}'; there are {string.Join(", ", Names)}", nameof(name)),
    };

    private byte[][] Specs() =>
    [
        .. Directory.GetFiles(specs, "*.json")
            .Where(path => !path.EndsWith("schema.json", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(File.ReadAllBytes),
    ];

    /// <summary>Invalid specs are no exception, but have diagnostics; none is without.</summary>
    private static void ReadSpec(byte[] bytes)
    {
        SpecResult result = SpecReader.Read(Encoding.UTF8.GetString(bytes), "a.json");
        Require(result.Spec is not null || result.Diagnostics.Count > 0, "no spec, and no mistake");
        if (result.Spec is { } spec)
        {
            Require(spec.Equals(SpecReader.Read(SpecWriter.ToJson(spec), "a.json").Spec), "the spec is another once it is written and read");
        }
    }

    private static void ReadMetrics(string path)
    {
        foreach (EpochMetrics epoch in RunRecord.ReadMetrics(path))
        {
            Require(epoch.Equals(EpochMetrics.FromJson(epoch.ToJson())), "the metrics are others once they are written and read");
        }
    }

    /// <summary>Skia's memory is not the runtime's; a picture's pixels are, up to the 400 million that the decoder allows.</summary>
    private static void ReadPicture(byte[] bytes)
    {
        // What claims to be large is refused or takes memory by right: sizes are not tried here.
        (int height, int width) = PictureDecoder.SizeOf(bytes, "file");
        if ((long)height * width < 1_000_000)
        {
            PictureDecoder.Decode(bytes, "file");
        }
    }

    private FileReader Checkpoints(string name)
    {
        byte[] whole = Saved(path => CheckpointFile.Save(path, SampleCheckpoint.Model, SampleCheckpoint.State));
        byte[] unsummed = Saved(path =>
        {
            SafetensorsContent content = SafetensorsFile.Read(new MemoryStream(whole), "file");
            SafetensorsFile.Write(path, content.Tensors, content.Metadata.Where(entry => entry.Key != CheckpointSum.Key).ToDictionary());
        });
        return new FileReader(name, 300, [whole, unsummed, unsummed], bytes => CheckpointFile.Load(new MemoryStream(bytes), "file", SampleCheckpoint.Model));
    }

    /// <summary>A reader of files as one of bytes.</summary>
    private Action<byte[]> InFile(string name, Action<string> read)
    {
        string path = Path.Combine(folder, name);
        return bytes =>
        {
            File.WriteAllBytes(path, bytes);
            read(path);
        };
    }

    private byte[] Saved(Action<string> save)
    {
        string path = Path.Combine(folder, "saved");
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

    private static byte[][] Cifar10()
    {
        var records = new byte[2 * 3073];
        records[3073] = 9;
        return [records, records[..3073]];
    }

    private static byte[][] Pictures()
    {
        using var bitmap = new SKBitmap(9, 7);
        bitmap.Erase(SKColors.Teal);
        byte[] Encoded(SKEncodedImageFormat format) => bitmap.Encode(format, 80).ToArray();
        return [Encoded(SKEncodedImageFormat.Png), Encoded(SKEncodedImageFormat.Jpeg), Encoded(SKEncodedImageFormat.Webp)];
    }

    private static byte[][] Mails =>
    [
        "From: a@b.c\r\nSubject: =?utf-8?B?SGVsbG8=?=\r\nContent-Type: multipart/alternative; boundary=x\r\n\r\n--x\r\nContent-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nHe=E9llo\r\n--x\r\nContent-Type: text/html\r\n\r\n<html><body><p>Hi</p></body></html>\r\n--x--\r\n"u8.ToArray(),
        "From - Mon Jan 1 00:00:00 2024\nSubject: x\nContent-Transfer-Encoding: base64\n\nSGVsbG8gd29ybGQ=\n"u8.ToArray(),
        "Subject: x\nContent-Type: text/html\n\n<html><title>T</title><body><h1>A</h1><p>b <b>c</b><br><table><tr><td>d<td>e</table><pre> f\n g</pre><ul><li>h</ul></body>\n"u8.ToArray(),
    ];

    private static void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new InvalidOperationException(otherwise);
        }
    }
}
