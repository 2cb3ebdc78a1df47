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
        byte n = (byte)count;
        File.WriteAllBytes(folder.File($"{name}-images-idx3-ubyte"), [0, 0, 8, 3, 0, 0, 0, n, 0, 0, 0, 1, 0, 0, 0, 1, .. new byte[count]]);
        File.WriteAllBytes(folder.File($"{name}-labels-idx1-ubyte"), [0, 0, 8, 1, 0, 0, 0, n, .. new byte[count]]);
    }
}
