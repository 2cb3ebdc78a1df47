using System.IO.Compression;

namespace PatchMoE.Tests;

public sealed class DataFolderTests
{
    private static readonly string Mnist = Path.Combine(Repository.Root, "data", "mnist");

    [Test]
    public void RepositoryHoldsTheTenThousandTestDigits()
    {
        ImageSet digits = ImageSet.Read(Path.Combine(Mnist, "t10k-images-idx3-ubyte.gz"), Path.Combine(Mnist, "t10k-labels-idx1-ubyte.gz"));

        int[] counts = [.. Enumerable.Range(0, 10).Select(digit => digits.IndicesWhere(label => label == digit).Length)];
        Assert.That((digits.Count, digits.Rows, digits.Columns), Is.EqualTo((10000, 28, 28)));
        Assert.That(counts, Is.EqualTo(new[] { 980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009 }));
        Assert.That(digits.Label(0), Is.EqualTo(7));
    }

    [Test]
    public void OneSetAlone_IsSplitBySeed_AndNoImageIsInBothParts()
    {
        (ImageSet train, ImageSet test) = DataFolder.Read("mnist", Mnist, seed: 3);
        (ImageSet again, _) = DataFolder.Read("mnist", Mnist, seed: 3);
        (ImageSet other, _) = DataFolder.Read("mnist", Mnist, seed: 4);

        Assert.That((train.Count, test.Count), Is.EqualTo((6000, 4000)));
        Assert.That(Keys(train).Intersect(Keys(test)), Is.Empty);
        Assert.That(Keys(again), Is.EqualTo(Keys(train)));
        Assert.That(Keys(other), Is.Not.EqualTo(Keys(train)));
    }

    [Test]
    public void FullSet_TrainsOnTrainFiles_AndTestsOnTestFiles()
    {
        using var folder = new TemporaryFolder();
        WritePair(folder, "train", 5);
        WritePair(folder, "t10k", 3);

        (ImageSet train, ImageSet test) = DataFolder.Read("fashion-mnist", folder.Path, seed: 1);

        Assert.That((train.Count, test.Count), Is.EqualTo((5, 3)));
    }

    /// <summary>As on LeCun's page, as torchvision and Kaggle unpack them, as EMNIST's splits are called.</summary>
    [TestCase("train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")]
    [TestCase("train-images.idx3-ubyte", "train-labels.idx1-ubyte", "t10k-images.idx3-ubyte", "t10k-labels.idx1-ubyte")]
    [TestCase("train-images-idx3-ubyte.gz", "train-labels.idx1-ubyte.gz", "t10k-images.idx3-ubyte", "t10k-labels-idx1-ubyte")]
    [TestCase("emnist-digits-train-images-idx3-ubyte", "emnist-digits-train-labels-idx1-ubyte", "emnist-digits-test-images-idx3-ubyte", "emnist-digits-test-labels-idx1-ubyte")]
    [TestCase("emnist-letters-train-images-idx3-ubyte.gz", "emnist-letters-train-labels-idx1-ubyte.gz", "emnist-letters-test-images-idx3-ubyte.gz", "emnist-letters-test-labels-idx1-ubyte.gz")]
    public void EveryNameInUse_IsFound(string trainImages, string trainLabels, string testImages, string testLabels)
    {
        using var folder = new TemporaryFolder();
        WriteImages(folder, trainImages, 5);
        WriteLabels(folder, trainLabels, 5);
        WriteImages(folder, testImages, 3);
        WriteLabels(folder, testLabels, 3);

        (ImageSet train, ImageSet test) = DataFolder.Read("mnist", folder.Path, seed: 1);

        Assert.That((train.Count, test.Count), Is.EqualTo((5, 3)));
    }

    [Test]
    public void AFileUnderSeveralNames_IsReadOnce()
    {
        using var folder = new TemporaryFolder();
        WritePair(folder, "train", 5);
        WritePair(folder, "t10k", 3);
        File.WriteAllText(folder.File("t10k-images.idx3-ubyte"), "not this one");
        File.WriteAllText(folder.File("t10k-images-idx3-ubyte.gz"), "nor this one");
        Assert.That(DataFolder.Read("mnist", folder.Path, seed: 1).Test.Count, Is.EqualTo(3));
    }

    /// <summary>The example in the message names a set that is then read.</summary>
    [Test]
    public void SeveralSets_AreNamed_AndOneCanBeChosen()
    {
        using var folder = new TemporaryFolder();
        foreach ((string name, int count) in ((string, int)[])[("emnist-digits-", 5), ("emnist-letters-", 4), ("", 3)])
        {
            WritePair(folder, $"{name}train", count);
            WritePair(folder, $"{name}{(name.Length == 0 ? "t10k" : "test")}", count);
        }

        string message = Assert.Throws<BadInputException>(() => DataFolder.Read("mnist", folder.Path, 1))!.Message;
        Assert.That(message, Does.Contain("several sets of images: train-images-idx3-ubyte, emnist-digits, emnist-letters").And.Contain($"--data {folder.File("emnist-digits")},"));
        Assert.That(DataFolder.Read("mnist", folder.File("emnist-digits"), seed: 1).Train.Count, Is.EqualTo(5));
        Assert.That(DataFolder.Read("mnist", folder.File("emnist-letters"), seed: 1).Train.Count, Is.EqualTo(4));
    }

    [Test]
    public void HalfOfASet_IsNamedAsThatSetIs()
    {
        using var folder = new TemporaryFolder();
        WritePair(folder, "emnist-digits-train", 5);
        Assert.That(() => DataFolder.Read("mnist", folder.Path, 1), Throws.TypeOf<BadInputException>().With.Message.Contains("emnist-digits-test-images-idx3-ubyte.gz"));
    }

    [Test]
    public void HalfAFullSet_IsRefused()
    {
        using var folder = new TemporaryFolder();
        WritePair(folder, "train", 5);
        WritePair(folder, "t10k", 3);
        File.Delete(folder.File("train-labels-idx1-ubyte"));

        Assert.That(() => DataFolder.Read("mnist", folder.Path, 1), Throws.TypeOf<BadInputException>().With.Message.Contains("train-labels-idx1-ubyte.gz"));
    }

    [Test]
    public void DefaultFolder_IsFoundAboveTheProgram() => Assert.That(DataFolder.Find("mnist"), Is.EqualTo(Mnist));

    [Test]
    public void DataAboveTheSpec_AreFound()
    {
        using var folder = new TemporaryFolder();
        string digits = Directory.CreateDirectory(folder.File("data/own-digits")).FullName;
        Assert.That(DataFolder.Find("own-digits", folder.File("specs")), Is.EqualTo(digits));
        Assert.That(DataFolder.Find("own-digits"), Is.Null);
    }

    [Test]
    public void MissingSourceOrFolder_SaysWhatWasLookedFor()
    {
        using var folder = new TemporaryFolder();
        Assert.That(() => DataFolder.Read("no-such-source", null, 1), Throws.TypeOf<BadInputException>().With.Message.Contains("data/no-such-source").And.Message.Contains("--data DIR"));
        Assert.That(() => DataFolder.Read("mnist", folder.File("none"), 1), Throws.TypeOf<BadInputException>().With.Message.Contains("no folder"));
        Assert.That(() => DataFolder.Read("mnist", folder.Path, 1), Throws.TypeOf<BadInputException>().With.Message.Contains("t10k-images-idx3-ubyte.gz"));
    }

    internal static IEnumerable<string> Keys(ImageSet images) =>
        Enumerable.Range(0, images.Count).Select(i => Convert.ToHexString(images.Image(i)));

    private static void WritePair(TemporaryFolder folder, string name, int count)
    {
        WriteImages(folder, $"{name}-images-idx3-ubyte", count);
        WriteLabels(folder, $"{name}-labels-idx1-ubyte", count);
    }

    private static void WriteImages(TemporaryFolder folder, string name, int count) => Write(folder, name, [0, 0, 8, 3, 0, 0, 0, (byte)count, 0, 0, 0, 1, 0, 0, 0, 1, .. new byte[count]]);

    private static void WriteLabels(TemporaryFolder folder, string name, int count) => Write(folder, name, [0, 0, 8, 1, 0, 0, 0, (byte)count, .. new byte[count]]);

    private static void Write(TemporaryFolder folder, string name, byte[] bytes)
    {
        using FileStream file = File.Create(folder.File(name));
        using Stream stream = name.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionMode.Compress) : file;
        stream.Write(bytes);
    }
}
