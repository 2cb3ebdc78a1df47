namespace PatchMoE.Tests;

public sealed class DataLoaderTests
{
    private static readonly ImageInputSpec Digit = new(28, 28, 1, 7, 7, 7, 7);

    [Test]
    public void Images_AreDrawnOnceEach_WithTheirClasses()
    {
        (Dataset train, Dataset test) = DataLoader.Load(Specs.Dense(Digit, 10, new ImagesDataSpec("mnist", 6000, 500)), null, 1, ".");

        Assert.That((train.Count, test.Count), Is.EqualTo((6000, 500)));
        Assert.That(train.Labels.ToArray().Distinct(), Is.EquivalentTo(Enumerable.Range(0, 10)));
        Assert.That(Enumerable.Range(0, 500).Select(i => string.Join(' ', test.InputsOf(i, 1).ToArray())).Distinct().Count(), Is.EqualTo(500));
        Assert.That(train.Inputs.ToArray().Max(), Is.EqualTo(1f));
    }

    [Test]
    public void MoreImagesThanThereAre_AreRefused() =>
        Refuses(Specs.Dense(Digit, 10, new ImagesDataSpec("mnist", 6001, 500)), "data.train: 6001", "6000 images");

    [Test]
    public void FewerOutputsThanClasses_AreRefused() =>
        Refuses(Specs.Dense(Digit, 9, new ImagesDataSpec("mnist", 1000, 500)), "training data", "is 9", "labels are 0 to 8");

    [Test]
    public void AnotherImageSize_IsRefused() =>
        Refuses(Specs.Dense(new ImageInputSpec(32, 32, 1, 8, 8, 8, 8), 10, new ImagesDataSpec("mnist", 10, 10)), "[32, 32, 1]", "[28, 28, 1]");

    [Test]
    public void NoData_IsSaid() => Refuses(Specs.Dense(Digit, 10, null), "Add a data section");

    [Test]
    public void AFolderForDataThatReadNone_IsRefused()
    {
        (DataSpec Data, string Kind)[] cases = [(Specs.Synthetic, "'synthetic'"), (new ArraysDataSpec("x.npy", "y.npy", "x.npy", "y.npy"), "'arrays'")];
        foreach ((DataSpec data, string kind) in cases)
        {
            string message = Assert.Throws<BadInputException>(() => DataLoader.Load(Specs.Dense(Specs.Vectors, 2, data), ".", 1, "."))!.Message;
            Assert.That(message, Does.StartWith("--data: ").And.Contain(kind).And.EndWith("Leave --data out."));
        }
    }

    [Test]
    public void Mosaics_ComeFromTheRepositorysDigits()
    {
        (Dataset train, Dataset test) = DataLoader.Load(Specs.Separate(Specs.Mosaic, Specs.MosaicData(20, 10)), null, 1, ".");
        Assert.That((train.Count, test.Count, train.InputLength), Is.EqualTo((20, 10, 112 * 112)));
    }

    private static void Refuses(PatchMoESpec spec, params string[] parts)
    {
        string message = Assert.Throws<BadInputException>(() => DataLoader.Load(spec, null, 1, "."))!.Message;
        foreach (string part in parts)
        {
            Assert.That(message, Does.Contain(part));
        }
    }
}
