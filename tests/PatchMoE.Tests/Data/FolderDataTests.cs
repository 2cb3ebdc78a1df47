using PatchMoE.Imaging;

namespace PatchMoE.Tests;

/// <summary>Folders of pictures become training and test samples.</summary>
[TestFixture]
public sealed class FolderDataTests
{
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public void EachClassIsSplitBySeed()
    {
        Pictures.WriteExamples(_folder.File("photos"), 10, ["blank", "square"]);
        LoadedData data = Load();
        LoadedData again = Load();
        LoadedData other = Load(seed: 2);
        Assert.Multiple(() =>
        {
            Assert.That((data.Train.Count, data.Test.Count), Is.EqualTo((16, 4)));
            Assert.That(data.Test.Labels.ToArray(), Is.EqualTo(new[] { 0, 0, 1, 1 }));
            Assert.That(data.Metadata.Classes, Is.EqualTo(EquatableArray.Of("blank", "square")));
            Assert.That(data.Train.Names.Concat(data.Test.Names).Distinct().Count(), Is.EqualTo(20));
            Assert.That(again.Test.Names, Is.EqualTo(data.Test.Names));
            Assert.That(other.Test.Names, Is.Not.EqualTo(data.Test.Names));
            Assert.That(data.Test.Names.All(name => File.Exists(_folder.File($"photos/{name}"))));
        });
    }

    [Test]
    public void TrainAndTestFoldersAreUsed()
    {
        Pictures.WriteExamples(_folder.File("photos/train"), 3, ["blank", "square"]);
        Pictures.WriteExamples(_folder.File("photos/test"), 2, ["blank", "square"]);
        (Dataset train, Dataset test) = Load();
        Assert.That((train.Count, test.Count), Is.EqualTo((6, 4)));
    }

    [Test]
    public void ChannelsAreNormalisedByTheTrainingPictures()
    {
        Pictures.WriteExamples(_folder.File("photos"), 10, ["blank", "square"]);
        LoadedData raw = Load(spec => spec with { Normalize = false });
        LoadedData data = Load();
        Normalization normalization = data.Metadata.Normalization!;
        float[] expected = raw.Test.Inputs.ToArray();
        normalization.Apply(expected);
        Assert.Multiple(() =>
        {
            Assert.That(raw.Metadata.Normalization, Is.Null);
            Assert.That(data.Train.Inputs.ToArray().Average(), Is.EqualTo(0).Within(1e-5));
            Assert.That(data.Train.Inputs.ToArray().Select(value => value * value).Average(), Is.EqualTo(1).Within(1e-5));
            Assert.That(data.Test.Inputs.ToArray(), Is.EqualTo(expected));
        });
    }

    [Test]
    public void BrokenPicturesAreLeftOutAndNamed()
    {
        Pictures.WriteExamples(_folder.File("photos"), 5, ["blank", "square"]);
        File.WriteAllText(_folder.File("photos/blank/2.png"), "no picture");
        var reports = new List<string>();
        LoadedData Read(bool strict) => Load(options: options => options with { Report = reports.Add, Strict = strict, CacheFolder = _folder.File("cache") });
        LoadedData first = Read(strict: false);
        LoadedData cached = Read(strict: false);
        Assert.Multiple(() =>
        {
            Assert.That(first.Train.Count + first.Test.Count, Is.EqualTo(9));
            Assert.That(cached.Train.Inputs.ToArray(), Is.EqualTo(first.Train.Inputs.ToArray()));
            Assert.That(reports, Has.Count.EqualTo(2).And.All.Contains("1 of 10 pictures cannot be decoded").And.All.Contains("2.png"));
            Assert.That(() => Read(strict: true), Throws.TypeOf<BadInputException>().With.Message.Contains("2.png"));
        });
    }

    [Test]
    public void DecodedPicturesAreKeptUntilOneChanges()
    {
        Pictures.WriteExamples(_folder.File("photos"), 4, ["blank", "square"]);
        var reader = new CountingReader();
        LoadedData Read() => Load(options: options => options with { Pictures = reader, CacheFolder = _folder.File("cache") });
        LoadedData first = Read();
        int decoded = reader.Count;
        LoadedData second = Read();
        int decodedAgain = reader.Count;
        File.WriteAllBytes(_folder.File("photos/blank/0.png"), Pictures.Plain(9, 9, 255, 255, 255));
        LoadedData changed = Read();
        Assert.Multiple(() =>
        {
            Assert.That((decoded, decodedAgain, reader.Count), Is.EqualTo((8, 8, 16)));
            Assert.That(second.Train.Inputs.ToArray(), Is.EqualTo(first.Train.Inputs.ToArray()));
            Assert.That(changed.Metadata.Normalization, Is.Not.EqualTo(first.Metadata.Normalization));
        });
    }

    [Test]
    public void DamagedCacheIsDecodedAgain()
    {
        Pictures.WriteExamples(_folder.File("photos"), 4, ["blank", "square"]);
        LoadedData Read() => Load(options: options => options with { CacheFolder = _folder.File("cache") });
        LoadedData first = Read();
        string file = Directory.GetFiles(_folder.File("cache")).Single();
        File.WriteAllBytes(file, File.ReadAllBytes(file)[..100]);
        Assert.That(Read().Train.Inputs.ToArray(), Is.EqualTo(first.Train.Inputs.ToArray()));
    }

    [Test]
    public void OnePictureOfAClassIsTrainedAndTestedOn()
    {
        Pictures.WriteExamples(_folder.File("photos"), 1, ["blank", "square"]);
        var reports = new List<string>();
        (Dataset train, Dataset test) = Load(options: options => options with { Report = reports.Add });
        Assert.That((train.Count, test.Count, reports.Single()), Is.EqualTo(
            (2, 2, "There are too few pictures to hold any out for testing: the test accuracy is that of the training pictures, and says nothing about others.")));
    }

    [Test]
    public void WhatIsWrongIsSaid()
    {
        string photos = _folder.File("photos");
        Assert.Multiple(() =>
        {
            Assert.That(() => Load(), Throws.TypeOf<BadInputException>().With.Message.Contains("there is no such folder"));
            Directory.CreateDirectory(photos);
            Assert.That(() => Load(), Throws.TypeOf<BadInputException>().With.Message.Contains("it has no folder with pictures"));
            File.WriteAllBytes(Path.Combine(photos, "a.png"), Pictures.Plain(1, 1, 0, 0, 0));
            Assert.That(() => Load(), Throws.TypeOf<BadInputException>().With.Message.Contains("nothing tells their classes"));
            Pictures.WriteExamples(photos, 2, ["a", "b", "c"]);
            Assert.That(() => Load(), Throws.TypeOf<BadInputException>().With.Message.Contains("it has 3 classes (a, b, c), but the model distinguishes 2"));
            Assert.That(() => Load(spec => spec with { Classes = EquatableArray.Of("a", "d") }), Throws.TypeOf<BadInputException>().With.Message.Contains("there are no pictures of the class 'd'"));
            Assert.That(Load(spec => spec with { Classes = EquatableArray.Of("c", "a") }).Metadata.Classes[0], Is.EqualTo("c"));
        });
    }

    /// <summary>A set that stays in its file, and one that varies, gives a training the same bits as the values in memory.</summary>
    [Test]
    public void StreamedSamplesAreThoseInMemory()
    {
        Pictures.WriteExamples(_folder.File("photos"), 4, ["blank", "square"]);
        Dataset train = Load().Train;
        var pixels = new byte[16 * 16];
        PictureReader.Default.Read(_folder.File($"photos/{train.Names[3]}"), new PictureTarget(16, 16, 1, ImageFit.Crop), pixels);
        using var file = File.OpenHandle(Write(pixels), options: FileOptions.RandomAccess);
        var store = new PixelStore(new PixelFile(file, 0, pixels.Length), [0], 1, Load().Metadata.Normalization);
        var values = new float[pixels.Length];
        store.Copy(0, values);
        Assert.That(values, Is.EqualTo(train.InputsOf(3, 1).ToArray()));
    }

    private string Write(byte[] bytes)
    {
        File.WriteAllBytes(_folder.File("pixels"), bytes);
        return _folder.File("pixels");
    }

    private LoadedData Load(Func<FolderDataSpec, DataSpec>? change = null, ulong seed = 1, Func<LoadOptions, LoadOptions>? options = null)
    {
        var folder = new FolderDataSpec("photos", FolderDataSpec.DefaultTestShare, ImageFit.Crop) { Normalize = true };
        PatchMoESpec spec = Specs.Dense(new ImageInputSpec(16, 16, 1, 8, 8, 8, 8), 2, change?.Invoke(folder) ?? folder);
        var load = new LoadOptions { Seed = seed, SpecFolder = _folder.Path, Pictures = PictureReader.Default };
        return DataLoader.Load(spec, options?.Invoke(load) ?? load);
    }

    private sealed class CountingReader : IPictureReader
    {
        private int _count;

        public int Count => _count;

        public void Read(string path, PictureTarget image, Span<byte> pixels)
        {
            Interlocked.Increment(ref _count);
            PictureReader.Default.Read(path, image, pixels);
        }
    }
}
