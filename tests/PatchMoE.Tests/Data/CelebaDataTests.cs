using PatchMoE.Imaging;

namespace PatchMoE.Tests;

/// <summary>CelebA's pictures and attributes become training and test samples.</summary>
[TestFixture]
public sealed class CelebaDataTests
{
    private const int Black = 0;
    private const int Blond = 1;
    private const int Glasses = 2;
    private const int Smiling = 3;
    private CelebaFiles _files = null!;

    private static CelebaDataSpec Smile { get; } = new("celeba", EquatableArray.Of("Smiling"), null, null, ImageFit.Crop);

    [SetUp]
    public void MakeFolder() => _files = new CelebaFiles();

    [TearDown]
    public void RemoveFolder() => _files.Dispose();

    [Test]
    public void OneAttributeIsTheClass_AndTheSplitIsCelebAs()
    {
        bool[][] attributes = CelebaFiles.Evenly(32);
        _files.Write(attributes);
        _files.WritePartition(Enumerable.Range(0, 32).Select(i => i < 16 ? 0 : i < 24 ? 1 : 2));
        LoadedData data = Load(Smile);

        Assert.Multiple(() =>
        {
            Assert.That(data.Metadata.Classes, Is.EqualTo(EquatableArray.Of("not Smiling", "Smiling")));
            Assert.That(data.Train.Names.Select(CelebaFiles.Picture), Is.EqualTo(Enumerable.Range(0, 16)));
            Assert.That(data.Test.Names.Select(CelebaFiles.Picture), Is.EqualTo(Enumerable.Range(24, 8)));
            foreach (Dataset part in new[] { data.Train, data.Test })
            {
                for (int i = 0; i < part.Count; i++)
                {
                    int picture = CelebaFiles.Picture(part.Names[i]);
                    Assert.That(part.Labels[i], Is.EqualTo(attributes[picture][Smiling] ? 1 : 0), part.Names[i]);
                    Assert.That(part.InputsOf(i, 1)[0], Is.EqualTo(picture / 255f), part.Names[i]);
                }
            }
        });
    }

    [Test]
    public void SeveralAttributesMakeTheirCombinations_TheFirstMostSignificant()
    {
        bool[][] attributes = CelebaFiles.Evenly(64);
        _files.Write(attributes);
        LoadedData data = Load(Smile with { Attributes = EquatableArray.Of("Smiling", "Eyeglasses"), Train = 22, Test = 8 });

        Assert.Multiple(() =>
        {
            Assert.That(data.Metadata.Classes, Is.EqualTo(EquatableArray.Of(
                "not Smiling, not Eyeglasses", "not Smiling, Eyeglasses", "Smiling, not Eyeglasses", "Smiling, Eyeglasses")));
            Assert.That(data.Train.Labels.ToArray().CountBy(label => label).OrderBy(pair => pair.Key).Select(pair => pair.Value), Is.EqualTo(new[] { 6, 6, 5, 5 }));
            Assert.That(data.Test.Labels.ToArray().CountBy(label => label).Select(pair => pair.Value), Is.EqualTo(new[] { 2, 2, 2, 2 }));
            Assert.That(data.Train.Names.Intersect(data.Test.Names), Is.Empty);
            for (int i = 0; i < data.Train.Count; i++)
            {
                bool[] has = attributes[CelebaFiles.Picture(data.Train.Names[i])];
                Assert.That(data.Train.Labels[i], Is.EqualTo((has[Smiling] ? 2 : 0) + (has[Glasses] ? 1 : 0)));
            }
        });
    }

    [TestCase("Blond_Hair")]
    [TestCase(null)]
    public void ASpuriousAttributeIsTiedToTheClass_InTrainingAlone(string? negative)
    {
        bool[][] attributes = CelebaFiles.Evenly(512);
        _files.Write(attributes);
        LoadedData data = Load(Smile with { Train = 100, Test = 40, Spurious = new SpuriousAttributesSpec("Black_Hair", negative, 0.9) });

        Assert.Multiple(() =>
        {
            // 50 of each class: 45 with the attribute of their class; in the test half and half.
            Assert.That(Tied(data.Train), Is.EqualTo((45, 45)));
            Assert.That(Tied(data.Test), Is.EqualTo((10, 10)));
            Assert.That((data.Train.Count, data.Test.Count), Is.EqualTo((100, 40)));
            if (negative is not null)
            {
                IEnumerable<bool[]> used = data.Train.Names.Concat(data.Test.Names).Select(name => attributes[CelebaFiles.Picture(name)]);
                Assert.That(used.Select(has => has[Black] != has[Blond]), Is.All.True, "pictures with both or neither are no samples");
            }
        });

        (int Negative, int Positive) Tied(Dataset part)
        {
            bool[] black = [.. part.Names.Select(name => attributes[CelebaFiles.Picture(name)][Black])];
            int[] labels = part.Labels.ToArray();
            return (black.Where((isBlack, i) => labels[i] == 0 && !isBlack).Count(), black.Where((isBlack, i) => labels[i] == 1 && isBlack).Count());
        }
    }

    [Test]
    public void TheSeedDraws_AndMoreSamplesContainFewer()
    {
        _files.Write(CelebaFiles.Evenly(128));
        string[] few = [.. Load(Smile with { Train = 20, Test = 8 }).Train.Names];
        Assert.Multiple(() =>
        {
            Assert.That(Load(Smile with { Train = 20, Test = 8 }).Train.Names, Is.EqualTo(few));
            Assert.That(Load(Smile with { Train = 60, Test = 8 }).Train.Names, Is.SupersetOf(few));
            Assert.That(Load(Smile with { Train = 20, Test = 8 }, seed: 2).Train.Names, Is.Not.EqualTo(few));
        });
    }

    [TestCase("img_align_celeba", ".jpg")]
    [TestCase("img_align_celeba_png", ".png")]
    [TestCase("Img/img_align_celeba", ".jpg")]
    [TestCase(".", ".jpg")]
    public void PicturesAreFound(string folder, string extension)
    {
        _files.Write(CelebaFiles.Evenly(16), folder, extension);
        Assert.That(Load(Smile).Train.Names, Is.All.EndsWith(extension).And.All.Matches<string>(name => File.Exists(_files.File(name!))));
    }

    [Test]
    public void PicturesAreDecodedOnce_WhateverIsDrawn()
    {
        _files.Write(CelebaFiles.Evenly(32));
        string cache = Path.Combine(_files.Path, "cache");
        Load(Smile with { Train = 4, Test = 2 }, options: options => options with { CacheFolder = cache });
        var decoded = new List<(int, int)>();
        Load(
            Smile with { Attributes = EquatableArray.Of("Eyeglasses"), Train = 8, Test = 2 }, seed: 3,
            options: options => options with { CacheFolder = cache, Progress = new Synchronous(decoded.Add) });
        Assert.That(decoded, Is.Empty);
    }

    [Test]
    public void ABrokenPictureIsLeftOut()
    {
        _files.Write(CelebaFiles.Evenly(16));
        File.WriteAllText(_files.File("img_align_celeba/000003.png"), "no picture");
        var reports = new List<string>();
        LoadedData data = Load(Smile, options: options => options with { Report = reports.Add });
        Assert.Multiple(() =>
        {
            Assert.That(data.Train.Count + data.Test.Count, Is.EqualTo(15));
            Assert.That(reports.Single(), Does.Contain("1 of 16 pictures cannot be decoded").And.Contain("000003.png"));
        });
    }

    [Test]
    public void AnUnknownAttribute_IsNamedWithTheNearest()
    {
        _files.Write(CelebaFiles.Evenly(16));
        Assert.Multiple(() =>
        {
            Fails(Smile with { Attributes = EquatableArray.Of("smilling") }, "data.attributes: there is no attribute 'smilling'", "Did you mean 'Smiling'?");
            Fails(Smile with { Attributes = EquatableArray.Of("Height") }, "Use one of Black_Hair, Blond_Hair, Eyeglasses, Smiling.");
            Fails(
                Smile with { Train = 4, Test = 2, Spurious = new SpuriousAttributesSpec("Black_Hair", "BlondHairs", 0.9) },
                "data.spurious.negative: there is no attribute 'BlondHairs'", "Did you mean 'Blond_Hair'?");
        });
    }

    [Test]
    public void MissingFiles_AreNamed()
    {
        Fails(Smile, "data.source: there is no folder", "celeba");
        Directory.CreateDirectory(_files.File(""));
        Fails(Smile, "there is no list_attr_celeba.txt");
        _files.Write(CelebaFiles.Evenly(16));
        File.Delete(_files.File("img_align_celeba/000005.png"));
        File.Delete(_files.File("img_align_celeba/000009.png"));
        Fails(Smile, "list_attr_celeba.txt, line 7: there is no picture 000005.jpg", "2 of the 16 listed pictures are missing");
    }

    [TestCase("x", "000001.jpg 1 1 1 1", "line 1: 'x' is not the number of pictures")]
    [TestCase("1", "000001.jpg 1 1 1", "line 3: there are 3 values for 4 attributes")]
    [TestCase("1", "000001.jpg 1 1 0 1", "line 3: the value of Eyeglasses is '0', not 1 or -1")]
    [TestCase("2", "000001.jpg 1 1 1 1", "line 1 announces 2 pictures, but 1 are listed")]
    [TestCase("2", "000001.jpg 1 1 1 1\n000001.jpg 1 1 1 1", "line 4: 000001.jpg is listed a second time")]
    public void ADamagedList_IsNamedWithItsLine(string count, string rows, string message)
    {
        _files.Write(CelebaFiles.Evenly(16));
        _files.WriteList(count, rows.Split('\n'));
        Fails(Smile, "list_attr_celeba.txt", message);
    }

    [Test]
    public void ADamagedSplit_IsNamedWithItsLine()
    {
        _files.Write(CelebaFiles.Evenly(16));
        File.WriteAllText(_files.PartitionFile, "000001.jpg 0\n000002.jpg 3\n");
        Fails(Smile, "list_eval_partition.txt, line 2: '000002.jpg 3' is not a file name and 0, 1 or 2");
        _files.WritePartition(Enumerable.Repeat(0, 15));
        Fails(Smile, "list_eval_partition.txt: 000016.jpg, which has attributes, is in no part");
    }

    /// <summary>The number in the message is the largest that works.</summary>
    [TestCase(false)]
    [TestCase(true)]
    public void TooFewPicturesOfACombination_SayHowManySamplesThereCanBe(bool isSpurious)
    {
        bool[][] attributes = [.. CelebaFiles.Evenly(256).Where((has, i) => !has[Smiling] || i % 32 < 12)];
        _files.Write(attributes);
        CelebaDataSpec spec = isSpurious ? Smile with { Test = 4, Spurious = new SpuriousAttributesSpec("Black_Hair", null, 0.75) } : Smile with { Test = 4 };
        BadInputException exception = Assert.Throws<BadInputException>(() => Load(spec with { Train = 100 }))!;
        Assert.That(exception.Message, Does.StartWith("data.train: 100 samples need ").And.Contain(isSpurious ? "'Smiling, Black_Hair'" : "'Smiling'"));

        int most = int.Parse(exception.Message.Split("Use at most ")[1].Split(',')[0], System.Globalization.CultureInfo.InvariantCulture);
        Assert.That(Load(spec with { Train = most }).Train.Count, Is.EqualTo(most));
        Assert.That(() => Load(spec with { Train = most + 1 }), Throws.TypeOf<BadInputException>());
    }

    [Test]
    public void AModelOfOtherClasses_IsRefused()
    {
        _files.Write(CelebaFiles.Evenly(16));
        Assert.That(
            () => Load(Smile with { Attributes = EquatableArray.Of("Smiling", "Eyeglasses") }, outputs: 2),
            Throws.TypeOf<BadInputException>().With.Message.Contains("2 attributes make 4 classes, but the model distinguishes 2"));
    }

    [Test]
    public void DataDir_TakesThePlaceOfTheSource()
    {
        _files.Write(CelebaFiles.Evenly(16));
        Assert.That(Load(Smile with { Source = null }, options: options => options with { DataFolder = _files.File("") }).Train.Count, Is.EqualTo(12));
    }

    private void Fails(CelebaDataSpec spec, params string[] parts)
    {
        BadInputException exception = Assert.Throws<BadInputException>(() => Load(spec))!;
        Assert.Multiple(() => Array.ForEach(parts, part => Assert.That(exception.Message, Does.Contain(part))));
    }

    private LoadedData Load(CelebaDataSpec data, ulong seed = 1, int? outputs = null, Func<LoadOptions, LoadOptions>? options = null)
    {
        PatchMoESpec spec = Specs.Dense(new ImageInputSpec(8, 8, 3, 4, 4, 4, 4), outputs ?? 1 << data.Attributes.Count, data);
        var load = new LoadOptions { Seed = seed, SpecFolder = _files.Path, Pictures = PictureReader.Default };
        return DataLoader.Load(spec, options?.Invoke(load) ?? load);
    }

    private sealed class Synchronous(Action<(int, int)> action) : IProgress<(int, int)>
    {
        public void Report((int, int) value) => action(value);
    }
}
