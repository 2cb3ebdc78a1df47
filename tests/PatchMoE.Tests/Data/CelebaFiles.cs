using System.Globalization;
using SkiaSharp;

namespace PatchMoE.Tests;

/// <summary>Writes small folders of CelebA's layout: faces are plain pictures, whose red tells which one it is.</summary>
internal sealed class CelebaFiles : IDisposable
{
    public static readonly string[] Names = ["Black_Hair", "Blond_Hair", "Eyeglasses", "Smiling"];
    private readonly TemporaryFolder _folder = new();

    /// <summary>The folder above <c>celeba</c>.</summary>
    public string Path => _folder.Path;

    public string AttributeFile => File("list_attr_celeba.txt");

    public string PartitionFile => File("list_eval_partition.txt");

    public string File(string name) => _folder.File($"celeba/{name}");

    /// <summary>Writes pictures and their attributes.</summary>
    /// <param name="attributes">For each picture whether it has each of <see cref="Names"/>.</param>
    /// <param name="pictures">The folder of the pictures.</param>
    /// <param name="extension">Their extension; the list says <c>.jpg</c>.</param>
    public void Write(IReadOnlyList<bool[]> attributes, string pictures = "img_align_celeba", string extension = ".png")
    {
        Directory.CreateDirectory(File(pictures));
        for (int i = 0; i < attributes.Count; i++)
        {
            System.IO.File.WriteAllBytes(File($"{pictures}/{Stem(i)}{extension}"), Pictures.Plain(9, 7, i % 256, i / 256, 0, extension == ".jpg" ? SKEncodedImageFormat.Jpeg : SKEncodedImageFormat.Png));
        }

        WriteList(attributes.Count.ToString(CultureInfo.InvariantCulture), [.. attributes.Select((values, i) => Row(i, values))]);
    }

    /// <summary>Writes a list of attributes, with the columns of the original aligned by several spaces.</summary>
    public void WriteList(string count, string[] rows) => System.IO.File.WriteAllLines(AttributeFile, [count, string.Join(' ', Names) + " ", .. rows]);

    /// <summary>Writes the split.</summary>
    public void WritePartition(IEnumerable<int> parts) => System.IO.File.WriteAllLines(PartitionFile, parts.Select((part, i) => $"{Stem(i)}.jpg {part}"));

    public static string Row(int picture, bool[] values) => $"{Stem(picture)}.jpg {string.Join(' ', values.Select(value => value ? " 1" : "-1"))}";

    /// <summary>Every combination of attributes equally often, in a fixed order.</summary>
    public static bool[][] Evenly(int pictures) => [.. Enumerable.Range(0, pictures).Select(i => Enumerable.Range(0, Names.Length).Select(bit => (i >> bit & 1) == 1).ToArray())];

    /// <summary>The number of the picture that a sample is.</summary>
    public static int Picture(string name) => int.Parse(System.IO.Path.GetFileNameWithoutExtension(name), CultureInfo.InvariantCulture) - 1;

    private static string Stem(int picture) => (picture + 1).ToString("000000", CultureInfo.InvariantCulture);

    public void Dispose() => _folder.Dispose();
}
