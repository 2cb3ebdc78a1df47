namespace PatchMoE.Tests;

public sealed class ArraysDataTests
{
    private static readonly ArraysDataSpec Files = new("x.npy", "y.npy", "x.npy", "y.npy");
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void CreateFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public void Vectors_AreReadAsTheyAre()
    {
        Save(new NpyArray([2, 4, 11], Values(88)), new NpyArray([2], new[] { 0, 2 }));

        (Dataset train, _) = Load(Specs.Vectors);

        Assert.That(train.Inputs.ToArray(), Is.EqualTo(Values(88)));
        Assert.That(train.Labels.ToArray(), Is.EqualTo(new[] { 0, 2 }));
    }

    [Test]
    public void BytesAreDividedBy255_AndALoneChannelMayBeLeftOut()
    {
        Save(new NpyArray([1, 2, 2], new byte[] { 0, 51, 102, 255 }), new NpyArray([1], new byte[] { 1 }));

        (Dataset train, _) = Load(new ImageInputSpec(2, 2, 1, 1, 1, 1, 1));

        Assert.That(train.Inputs.ToArray(), Is.EqualTo(new[] { 0f, 0.2f, 0.4f, 1f }));
        Assert.That(train.InputShape, Is.EqualTo(EquatableArray.Of(2, 2, 1)));
    }

    /// <summary>Vectors of texts come in ragged numbers: with groups, a count for each.</summary>
    [Test]
    public void Lengths_SayHowManyVectorsCount()
    {
        ArraysDataSpec ragged = Files with { TrainLengths = "n.npy" };
        Save(new NpyArray([2, 4, 11], Values(88)), new NpyArray([2], new[] { 0, 2 }));
        NpyFile.Write(_folder.File("n.npy"), new NpyArray([2], new[] { 4, 1 }));
        (Dataset train, Dataset test) = Read(Specs.Vectors, ragged);
        Assert.That(train.Lengths.ToArray(), Is.EqualTo(new[] { 4, 1 }));
        Assert.That(test.LengthsPerSample, Is.Zero);

        Save(new NpyArray([1, 2, 4, 11], Values(88)), new NpyArray([1], new[] { 2 }));
        NpyFile.Write(_folder.File("n.npy"), new NpyArray([1, 2], new[] { 3, 0 }));
        (train, test) = Read(new VectorsInputSpec(4, 11, [2]), ragged with { TestLengths = "n.npy" });
        Assert.That(train.LengthsPerSample, Is.EqualTo(2));
        Assert.That(test.Lengths.ToArray(), Is.EqualTo(new[] { 3, 0 }));
    }

    [Test]
    public void LengthsThatDoNotFit_AreRefused()
    {
        ArraysDataSpec ragged = Files with { TestLengths = "n.npy" };
        Save(new NpyArray([2, 4, 11], Values(88)), new NpyArray([2], new[] { 0, 2 }));
        NpyFile.Write(_folder.File("n.npy"), new NpyArray([3], new[] { 4, 1, 2 }));
        Assert.That(() => Read(Specs.Vectors, ragged), Throws.InstanceOf<BadInputException>().With.Message.EndsWith("n.npy: the array is [3], but valid-patch counts [2], one for each sample, are needed. Give as many."));
        NpyFile.Write(_folder.File("n.npy"), new NpyArray([2], new[] { 4, 5 }));
        Assert.That(() => Read(Specs.Vectors, ragged), Throws.InstanceOf<BadInputException>().With.Message.EndsWith("n.npy: the valid-patch count at [1] is 5; a count is 0 to 4, the number of patches. Correct it."));
    }

    private (Dataset Train, Dataset Test) Read(InputSpec input, ArraysDataSpec files)
    {
        (Dataset train, Dataset test) = DataLoader.Load(Specs.Dense(input, 3, files), null, 1, _folder.Path);
        return (train, test);
    }

    [Test]
    public void AnotherShape_IsRefused()
    {
        Save(new NpyArray([2, 44], Values(88)), new NpyArray([2], new[] { 0, 2 }));
        Refuses("x.npy", "[2, 44]", "[B, 4, 11]", "x.reshape(-1, 4, 11)");
    }

    [Test]
    public void AnotherNumberOfLabels_IsRefused()
    {
        Save(new NpyArray([2, 4, 11], Values(88)), new NpyArray([3], new[] { 0, 2, 1 }));
        Refuses("y.npy", "[3]", "2 samples");
    }

    [Test]
    public void FloatLabelsAndIntegerInputs_AreReadWhereTheyFit()
    {
        Save(new NpyArray([2, 4, 11], [.. Enumerable.Range(0, 88)]), new NpyArray([2], new[] { 0f, 2f }));
        (Dataset train, _) = Load(Specs.Vectors);
        Assert.That(train.Inputs.ToArray(), Is.EqualTo(Enumerable.Range(0, 88)));
        Assert.That(train.Labels.ToArray(), Is.EqualTo(new[] { 0, 2 }));

        Save(new NpyArray([2, 4, 11], Values(88)), new NpyArray([2], new[] { 0f, 1.5f }));
        Refuses("y.npy", "its value at [1], 1.5, is not a whole number");
    }

    [Test]
    public void TextLabels_AreRefusedWithAdviceForLabels()
    {
        Save(new NpyArray([2, 4, 11], Values(88)), new NpyArray([2], new[] { 0, 2 }));
        File.WriteAllBytes(_folder.File("y.npy"), NumpyFile.Of("<U3", [2], new byte[24]));
        Refuses("y.npy", "np.unique(labels, return_inverse=True)");
    }

    [TestCase("arrays\\x.npy")]
    [TestCase("arrays/x.npy")]
    public void APathWithBackslashes_IsFoundEverywhere(string path)
    {
        Directory.CreateDirectory(_folder.File("arrays"));
        Save(new NpyArray([2, 4, 11], Values(88)), new NpyArray([2], new[] { 0, 2 }));
        File.Move(_folder.File("x.npy"), _folder.File("arrays/x.npy"));
        var files = new ArraysDataSpec(path, "y.npy", path, "y.npy");
        (Dataset train, _) = DataLoader.Load(Specs.Dense(Specs.Vectors, 3, files), null, 1, _folder.Path);
        Assert.That(train.Count, Is.EqualTo(2));
    }

    [Test]
    [Platform(Exclude = "Win")]
    public void AFileWhoseNameHasABackslash_IsThatFile()
    {
        File.WriteAllText(_folder.File("a\\b"), "");
        Assert.That(DataPath.Resolve("a\\b", _folder.Path), Is.EqualTo(_folder.File("a\\b")));
    }

    [Test]
    public void LabelsOutOfRange_AreNamed()
    {
        Save(new NpyArray([2, 4, 11], Values(88)), new NpyArray([2], new[] { 0, 3 }));
        Refuses("sample 1 is 3", "0 to 2");
    }

    [Test]
    public void NotANumber_IsNamedByItsPlace()
    {
        float[] values = Values(88);
        values[50] = float.NaN;
        Save(new NpyArray([2, 4, 11], values), new NpyArray([2], new[] { 0, 2 }));
        Refuses("value 6 of sample 1 is NaN");
    }

    private static float[] Values(int count) => [.. Enumerable.Range(0, count).Select(i => i * 0.25f)];

    private void Save(NpyArray input, NpyArray labels)
    {
        NpyFile.Write(_folder.File("x.npy"), input);
        NpyFile.Write(_folder.File("y.npy"), labels);
    }

    private LoadedData Load(InputSpec input) => DataLoader.Load(Specs.Dense(input, 3, Files), null, 1, _folder.Path);

    private void Refuses(params string[] parts)
    {
        string message = Assert.Throws<BadInputException>(() => Load(Specs.Vectors))!.Message;
        foreach (string part in parts)
        {
            Assert.That(message, Does.Contain(part));
        }
    }
}
