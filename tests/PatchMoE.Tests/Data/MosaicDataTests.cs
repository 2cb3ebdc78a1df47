namespace PatchMoE.Tests;

public sealed class MosaicDataTests
{
    private const int Cell = 28;
    private static readonly (ImageSet Train, ImageSet Test) Digits = DataFolder.Read("mnist", null, seed: 5);
    private static readonly Dictionary<string, int> TrainClasses = Classes(Digits.Train);
    private static readonly Dictionary<string, int> TestClasses = Classes(Digits.Test);

    [Test]
    public void HalfIsPositive()
    {
        (Dataset train, Dataset test) = Make(100, 60);

        Assert.That((train.Count, test.Count), Is.EqualTo((100, 60)));
        Assert.That(train.Labels.ToArray().Count(label => label == 1), Is.EqualTo(50));
        Assert.That(test.Labels.ToArray().Count(label => label == -1), Is.EqualTo(30));
    }

    [Test]
    public void ClassDigitStandsAtItsPosition_AndOthersAreIrrelevant()
    {
        (Dataset train, _) = Make(100, 20);

        for (int i = 0; i < train.Count; i++)
        {
            for (int cell = 0; cell < 16; cell++)
            {
                int digit = TrainClasses[Key(train, i, cell)];
                if (cell == train.DiscriminativePatches[i])
                {
                    Assert.That(digit, Is.EqualTo(train.Labels[i] > 0 ? 1 : 0), $"sample {i}");
                }
                else
                {
                    Assert.That(digit, Is.InRange(2, 9), $"sample {i}, cell {cell}");
                }
            }
        }
    }

    [Test]
    public void PositionsCoverTheGrid()
    {
        (Dataset train, _) = Make(300, 20);
        Assert.That(train.DiscriminativePatches.ToArray().Distinct(), Is.EquivalentTo(Enumerable.Range(0, 16)));
    }

    [Test]
    public void TrainAndTestShareNoDigit()
    {
        (Dataset train, Dataset test) = Make(300, 300);
        HashSet<string> trainDigits = [.. AllKeys(train)];

        Assert.That(AllKeys(test).All(TestClasses.ContainsKey), Is.True);
        Assert.That(AllKeys(test).Where(trainDigits.Contains), Is.Empty);
    }

    [Test]
    public void SameSeed_SameBits_OtherSeed_OtherData()
    {
        Dataset first = Make(40, 20, seed: 7).Train;

        Assert.That(Make(40, 20, seed: 7).Train.Inputs.SequenceEqual(first.Inputs), Is.True);
        Assert.That(Make(40, 20, seed: 8).Train.Inputs.SequenceEqual(first.Inputs), Is.False);
    }

    [Test]
    public void LongerSet_BeginsWithTheShorterOne()
    {
        Dataset small = Make(40, 20).Train;
        Dataset large = Make(90, 20).Train;

        Assert.That(large.InputsOf(0, 40).SequenceEqual(small.Inputs), Is.True);
        Assert.That(large.DiscriminativePatches[..40].SequenceEqual(small.DiscriminativePatches), Is.True);
    }

    [Test]
    public void ClassDigits_AreUsedOnceBeforeAnyAgain()
    {
        int zeros = Digits.Train.IndicesWhere(label => label == 0).Length;
        (Dataset train, _) = Make((2 * zeros) + 2, 2);

        string[] used = [.. Enumerable.Range(0, train.Count).Where(i => train.Labels[i] < 0).Select(i => Key(train, i, train.DiscriminativePatches[i]))];

        Assert.That(used.Take(zeros).Distinct().Count(), Is.EqualTo(zeros));
        Assert.That(used[zeros], Is.EqualTo(used[0]));
    }

    [Test]
    public void SoftmaxLoss_TakesLabelsZeroAndOne()
    {
        ModelSpec model = Specs.Dense(Specs.Mosaic, 2, null).Model;
        (Dataset train, _) = MosaicData.Make(Specs.MosaicData(4, 2), model, Digits.Train, Digits.Test, 1);
        Assert.That(train.Labels.ToArray(), Is.EqualTo(new[] { 1, 0, 1, 0 }));
    }

    [Test]
    public void OtherPatchesThanCells_LeaveThePositionUnknown()
    {
        ModelSpec model = Specs.Separate(new ImageInputSpec(112, 112, 1, 14, 14, 14, 14), Specs.MosaicData(4, 2)).Model;
        (Dataset train, _) = MosaicData.Make(Specs.MosaicData(4, 2), model, Digits.Train, Digits.Test, 1);
        Assert.That(train.DiscriminativePatches.IsEmpty, Is.True);
    }

    [Test]
    public void AClassWithoutDigits_IsNamed()
    {
        ImageSet noZeros = Digits.Test.Subset(Digits.Test.IndicesWhere(label => label != 0));
        Assert.That(
            () => MosaicData.Make(Specs.MosaicData(4, 2), Model, Digits.Train, noZeros, 1),
            Throws.TypeOf<BadInputException>().With.Message.Contains("data.negative").And.Message.Contains("class 0"));
    }

    [Test]
    public void AnotherSizeThanTheModels_IsRefused()
    {
        MosaicDataSpec spec = Specs.MosaicData(4, 2) with { GridWidth = 5 };
        Assert.That(
            () => MosaicData.Make(spec, Model, Digits.Train, Digits.Test, 1),
            Throws.TypeOf<BadInputException>().With.Message.Contains("[112, 140, 1]").And.Message.Contains("[112, 112, 1]"));
    }

    [TestCase(1.0)]
    [TestCase(0.7)]
    public void ASpuriousDigitIsTiedToTheClass_InThatShareOfTheTrainingSamplesAlone(double share)
    {
        // Without 2 and 3 among the irrelevant digits, each 2 and 3 is a spurious one.
        MosaicDataSpec spec = Specs.MosaicData(1000, 100) with { Irrelevant = EquatableArray.Of(4, 5, 6), Spurious = new SpuriousDigitsSpec(2, 3, share) };
        (Dataset train, Dataset test) = MosaicData.Make(spec, Model, Digits.Train, Digits.Test, 5);
        Dataset without = MosaicData.Make(spec with { Spurious = null }, Model, Digits.Train, Digits.Test, 5).Train;

        var tied = new int[16];
        for (int i = 0; i < train.Count; i++)
        {
            int[] cells = [.. Enumerable.Range(0, 16).Where(cell => TrainClasses[Key(train, i, cell)] is 2 or 3)];
            Assert.That(cells.Select(cell => TrainClasses[Key(train, i, cell)]), Is.All.EqualTo(train.Labels[i] > 0 ? 2 : 3), $"sample {i}");
            Assert.That(cells, Has.Length.LessThanOrEqualTo(1).And.No.Member(train.DiscriminativePatches[i]), $"sample {i}");
            Assert.That(
                Enumerable.Range(0, 16).Except(cells).All(cell => Key(train, i, cell) == Key(without, i, cell)), Is.True, $"sample {i}: the other cells stay as they are");
            foreach (int cell in cells)
            {
                tied[cell]++;
            }
        }

        Assert.That(tied.Sum() / 1000.0, Is.EqualTo(share).Within(share == 1 ? 0 : 0.045), "three deviations of a share of 1000");
        Assert.That(tied, Has.All.GreaterThan(0));
        Assert.That(AllKeys(test).Select(key => TestClasses[key]), Has.None.EqualTo(2).And.None.EqualTo(3));
        Assert.That(train.DiscriminativePatches.SequenceEqual(without.DiscriminativePatches), Is.True);
    }

    [Test]
    public void TheTiedTest_IsTheTest_WithOneCellReplaced()
    {
        MosaicDataSpec spec = Specs.MosaicData(10, 400) with { Irrelevant = EquatableArray.Of(4, 5, 6), Spurious = new SpuriousDigitsSpec(2, 3, 0.9) };
        Dataset test = MosaicData.Make(spec, Model, Digits.Train, Digits.Test, 5).Test;
        (Dataset tied, int[] spurious) = MosaicData.MakeTiedTest(spec, Model, Digits.Test, 5);

        Assert.That(tied.Labels.SequenceEqual(test.Labels) && tied.DiscriminativePatches.SequenceEqual(test.DiscriminativePatches), Is.True);
        for (int i = 0; i < test.Count; i++)
        {
            int[] changed = [.. Enumerable.Range(0, 16).Where(cell => Key(tied, i, cell) != Key(test, i, cell))];
            Assert.That(changed, Is.EqualTo(spurious[i] < 0 ? [] : new[] { spurious[i] }), $"sample {i}");
            Assert.That(spurious[i], Is.Not.EqualTo(test.DiscriminativePatches[i]));
        }

        Assert.That(spurious.Count(cell => cell >= 0), Is.EqualTo(360).Within(25));
        Assert.That(tied.WithDiscriminativePatches(spurious).DiscriminativePatches.SequenceEqual(spurious), Is.True);
    }

    [Test]
    public void ASpuriousDigitThatTheDataLack_IsNamed()
    {
        MosaicDataSpec spec = Specs.MosaicData(4, 2) with { Irrelevant = EquatableArray.Of(4, 5), Spurious = new SpuriousDigitsSpec(2, 3, 1) };
        ImageSet noThrees = Digits.Train.Subset(Digits.Train.IndicesWhere(label => label != 3));
        Assert.That(
            () => MosaicData.Make(spec, Model, noThrees, Digits.Test, 1),
            Throws.TypeOf<BadInputException>().With.Message.Contains("data.spurious.negative").And.Message.Contains("class 3"));
    }

    /// <summary>Grids of 4 to 64 cells, as in the experiment on noise: one class digit, and n grows.</summary>
    [Test]
    public void GridsOfAnySize_HaveOneClassDigit([Values(2, 3, 4, 6, 8)] int side)
    {
        MosaicDataSpec spec = Specs.MosaicData(60, 20) with { GridHeight = side, GridWidth = side };
        ModelSpec model = Specs.Separate(new ImageInputSpec(side * Cell, side * Cell, 1, Cell, Cell, Cell, Cell), spec).Model;
        Dataset train = MosaicData.Make(spec, model, Digits.Train, Digits.Test, 5).Train;

        Assert.That(model.LayerShapes()[0].Patches, Is.EqualTo(side * side));
        for (int i = 0; i < train.Count; i++)
        {
            int[] digits = [.. Enumerable.Range(0, side * side).Select(cell => TrainClasses[Key(train, i, cell, side)])];
            int[] classes = [.. Enumerable.Range(0, side * side).Where(cell => digits[cell] is 0 or 1)];
            Assert.That(classes, Is.EqualTo(new[] { train.DiscriminativePatches[i] }), $"sample {i}");
            Assert.That(digits[classes[0]], Is.EqualTo(train.Labels[i] > 0 ? 1 : 0), $"sample {i}");
        }
    }

    private static ModelSpec Model => Specs.Separate(Specs.Mosaic, Specs.MosaicData(4, 2)).Model;

    private static (Dataset Train, Dataset Test) Make(int train, int test, ulong seed = 5) =>
        MosaicData.Make(Specs.MosaicData(train, test), Model, Digits.Train, Digits.Test, seed);

    private static Dictionary<string, int> Classes(ImageSet images)
    {
        var classes = new Dictionary<string, int>();
        foreach ((string key, int i) in DataFolderTests.Keys(images).Select((key, i) => (key, i)))
        {
            classes[key] = images.Label(i);
        }

        return classes;
    }

    private static IEnumerable<string> AllKeys(Dataset data) =>
        Enumerable.Range(0, data.Count).SelectMany(i => Enumerable.Range(0, 16).Select(cell => Key(data, i, cell)));

    /// <summary>The cell's pixels, cut out by plain loops.</summary>
    private static string Key(Dataset data, int sample, int cell, int side = 4)
    {
        ReadOnlySpan<float> values = data.InputsOf(sample, 1);
        var pixels = new byte[Cell * Cell];
        for (int row = 0; row < Cell; row++)
        {
            for (int column = 0; column < Cell; column++)
            {
                int y = (cell / side * Cell) + row;
                int x = (cell % side * Cell) + column;
                pixels[(row * Cell) + column] = (byte)Math.Round(values[(y * side * Cell) + x] * 255);
            }
        }

        return Convert.ToHexString(pixels);
    }
}
