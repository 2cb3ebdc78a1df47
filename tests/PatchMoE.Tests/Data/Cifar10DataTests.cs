namespace PatchMoE.Tests;

/// <summary>CIFAR-10 from small files in its own format.</summary>
public sealed class Cifar10DataTests
{
    private static readonly ImageInputSpec Photo = new(32, 32, 3, 8, 8, 8, 8);

    private TemporaryFolder _folder = null!;

    [SetUp]
    public void CreateFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public void File_GivesPixelsChannelsLast()
    {
        Write("a.bin", [3, 9]);
        (byte[] images, byte[] labels) = Cifar10File.Read(_folder.File("a.bin"));
        Assert.Multiple(() =>
        {
            Assert.That(labels, Is.EqualTo(new byte[] { 3, 9 }));
            for (int image = 0; image < 2; image++)
            {
                for (int pixel = 0; pixel < 1024; pixel++)
                {
                    for (int channel = 0; channel < 3; channel++)
                    {
                        Assert.That(images[(((image * 1024) + pixel) * 3) + channel], Is.EqualTo(Pixel(labels[image], channel, pixel)));
                    }
                }
            }
        });
    }

    [TestCase(0)]
    [TestCase(3072)]
    [TestCase(3074)]
    public void FileOfAnotherLength_IsRefused(int length)
    {
        File.WriteAllBytes(_folder.File("a.bin"), new byte[length]);
        string message = Assert.Throws<BadInputException>(() => Cifar10File.Read(_folder.File("a.bin")))!.Message;
        Assert.That(message, Does.Contain("a.bin").And.Contain($"{length} bytes").And.Contain("3073"));
    }

    [Test]
    public void LabelAboveNine_IsRefused()
    {
        Write("a.bin", [3, 10]);
        string message = Assert.Throws<BadInputException>(() => Cifar10File.Read(_folder.File("a.bin")))!.Message;
        Assert.That(message, Does.Contain("the label of image 1 is 10"));
    }

    [Test]
    public void All_AreReadInOrderWhereNoCountIsGiven()
    {
        WriteSet();
        (Dataset train, Dataset test) = Load(Cifar(null, null, null, normalize: false, augment: false));
        Assert.Multiple(() =>
        {
            Assert.That(train.Labels.ToArray(), Is.EqualTo(new[] { 0, 1, 2, 3, 4 }));
            Assert.That(test.Labels.ToArray(), Is.EqualTo(new[] { 7, 8 }));
            Assert.That(train.InputsOf(1, 1)[4], Is.EqualTo(Pixel(1, 1, 1) / 255f));
        });
    }

    [Test]
    public void Counts_DrawEachImageOnce()
    {
        WriteSet();
        (Dataset train, Dataset test) = Load(Cifar(null, 4, 1, normalize: false, augment: false));
        Assert.Multiple(() =>
        {
            Assert.That(train.Labels.ToArray(), Is.Unique.And.Length.EqualTo(4).And.SubsetOf(Enumerable.Range(0, 5)));
            Assert.That(test.Count, Is.EqualTo(1));
            for (int i = 0; i < train.Count; i++)
            {
                Assert.That(train.InputsOf(i, 1)[4], Is.EqualTo(Pixel(train.Labels[i], 1, 1) / 255f));
            }
        });
    }

    [Test]
    public void Normalization_IsPerChannel()
    {
        WriteSet();
        (Dataset train, _) = Load(Cifar(null, null, null, normalize: true, augment: false));
        double[] mean = [0.4914, 0.4822, 0.4465];
        double[] deviation = [0.2470, 0.2435, 0.2616];
        for (int i = 0; i < 30; i++)
        {
            double unit = Pixel(2, i % 3, i / 3) / 255.0;
            Assert.That(train.InputsOf(2, 1)[i], Is.EqualTo((unit - mean[i % 3]) / deviation[i % 3]).Within(1e-6));
        }
    }

    [TestCase(6, null, "data.train: 6 is more than the 5 images")]
    [TestCase(null, 3, "data.test: 3 is more than the 2 images")]
    public void MoreThanThereAre_IsRefused(int? train, int? test, string message)
    {
        WriteSet();
        Assert.That(() => Load(Cifar(null, train, test)), Throws.TypeOf<BadInputException>().With.Message.Contains(message));
    }

    [TestCase("test_batch.bin")]
    [TestCase("data_batch_1.bin")]
    public void MissingFile_IsNamed(string missing)
    {
        WriteSet();
        foreach (string file in missing.StartsWith("data", StringComparison.Ordinal) ? ["data_batch_1.bin", "data_batch_2.bin"] : new[] { missing })
        {
            File.Delete(_folder.File(file));
        }

        Assert.That(
            () => Load(Cifar(null, null, null)), Throws.TypeOf<BadInputException>().With.Message.Contains($"there is no {missing}. Put CIFAR-10's"));
    }

    [Test]
    public void Source_IsRelativeToTheSpec()
    {
        Directory.CreateDirectory(_folder.File("photos"));
        WriteSet("photos/");
        PatchMoESpec spec = Specs.Dense(Photo, 10, Cifar("photos", null, null));
        Assert.That(DataLoader.Load(spec, null, 1, _folder.Path).Train.Count, Is.EqualTo(5));
        Assert.That(
            () => DataLoader.Load(spec with { Data = Cifar("elsewhere", null, null) }, null, 1, _folder.Path),
            Throws.TypeOf<BadInputException>().With.Message.StartsWith("data.source: there is no folder").And.Message.Contains("elsewhere"));
    }

    [Test]
    public void AnotherInput_IsRefused()
    {
        WriteSet();
        PatchMoESpec spec = Specs.Dense(new ImageInputSpec(28, 28, 3, 7, 7, 7, 7), 10, Cifar(null, null, null));
        Assert.That(
            () => DataLoader.Load(spec, _folder.Path, 1, "."), Throws.TypeOf<BadInputException>().With.Message.Contains("[28, 28, 3]").And.Message.Contains("[32, 32, 3]"));
    }

    [Test]
    public void Augmentation_DiffersFromEpochToEpochAndRepeats()
    {
        WriteSet();
        (Dataset train, Dataset test) = Load(Cifar(null, null, null, normalize: true, augment: true));
        float[] Epoch(int epoch)
        {
            var inputs = new float[train.Inputs.Length];
            train.AtEpoch(epoch).CopyInputs(0, train.Count, inputs);
            return inputs;
        }

        Assert.Multiple(() =>
        {
            Assert.That(test.Augmentation, Is.Null);
            float[] again = Epoch(3);
            Assert.That(again, Is.EqualTo(Epoch(3)));
            Assert.That(Epoch(4), Is.Not.EqualTo(again));
            Assert.That(train.AtEpoch(0).Labels.ToArray(), Is.EqualTo(train.Labels.ToArray()));
        });
    }

    /// <summary>A row of four pixels, one channel.</summary>
    [TestCase(0, 0, false, new float[] { 1, 2, 3, 4, 5, 6, 7, 8 })]
    [TestCase(0, 1, false, new float[] { 2, 3, 4, 0, 6, 7, 8, 0 })]
    [TestCase(0, -2, false, new float[] { 0, 0, 1, 2, 0, 0, 5, 6 })]
    [TestCase(1, 0, false, new float[] { 5, 6, 7, 8, 0, 0, 0, 0 })]
    [TestCase(-1, 0, true, new float[] { 0, 0, 0, 0, 4, 3, 2, 1 })]
    [TestCase(0, 1, true, new float[] { 0, 4, 3, 2, 0, 8, 7, 6 })]
    [TestCase(4, 4, true, new float[] { 0, 0, 0, 0, 0, 0, 0, 0 })]
    public void Move_ShiftsAndMirrors(int down, int right, bool mirror, float[] expected)
    {
        var result = new float[8];
        ImageAugmentation.Move([1, 2, 3, 4, 5, 6, 7, 8], result, EquatableArray.Of(2, 4, 1), down, right, mirror);
        Assert.That(result, Is.EqualTo(expected));
    }

    private static Cifar10DataSpec Cifar(string? source, int? train, int? test, bool normalize = true, bool augment = false) =>
        new(source, train, test) { Normalize = normalize, Augment = augment ? AugmentSpec.Usual(32, 32) : null };

    private LoadedData Load(Cifar10DataSpec data) => DataLoader.Load(Specs.Dense(Photo, 10, data), _folder.Path, 1, ".");

    private void WriteSet(string prefix = "")
    {
        Write($"{prefix}data_batch_1.bin", [0, 1, 2]);
        Write($"{prefix}data_batch_2.bin", [3, 4]);
        Write($"{prefix}test_batch.bin", [7, 8]);
    }

    private void Write(string name, byte[] labels)
    {
        IEnumerable<byte> Image(byte label) => Enumerable.Range(0, 3 * 1024).Select(i => Pixel(label, i / 1024, i % 1024)).Prepend(label);
        File.WriteAllBytes(_folder.File(name), [.. labels.SelectMany(Image)]);
    }

    /// <summary>The pixel value used in the images of these tests.</summary>
    private static byte Pixel(int label, int channel, int pixel) => (byte)((label * 7) + (channel * 50) + (pixel % 90));
}
