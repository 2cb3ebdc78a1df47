namespace PatchMoE.Tests;

[Category("Long")]
public sealed class BagsDataTests
{
    private const int Pixels = 784;
    private const int Most = 18;
    private static readonly (ImageSet Train, ImageSet Test) Digits = DataFolder.Read("mnist", null, seed: 5);
    private static readonly Dictionary<string, int> TrainClasses = Classes(Digits.Train);
    private static readonly Dictionary<string, int> TestClasses = Classes(Digits.Test);
    private static readonly BagsDataSpec Bags = new("mnist", 9, 10, 2, 200, 60);

    [Test]
    public void ABag_IsPositive_IfItHoldsThePositiveDigit()
    {
        (Dataset train, Dataset test) = Make(Bags);
        Assert.That((train.Count, test.Count), Is.EqualTo((200, 60)));
        Assert.That(train.Labels.ToArray().Count(label => label == 1), Is.EqualTo(100));
        Assert.That(test.Labels.ToArray().Count(label => label == -1), Is.EqualTo(30));
        AssertLabels(train, TrainClasses);
        AssertLabels(test, TestClasses);
    }

    [Test]
    public void DiscriminativePatches_AreThePositiveDigits_AndTheFirstIsRecorded()
    {
        (Dataset train, _) = Make(Bags);
        for (int i = 0; i < train.Count; i++)
        {
            int[] nines = [.. Classes(train, i, TrainClasses).Index().Where(one => one.Item == 9).Select(one => one.Index)];
            Assert.That(train.DiscriminativePatches[i], Is.EqualTo(nines.Append(-1).First()), $"bag {i}");
            Assert.That(train.DiscriminativePatchesOf(i), Is.EqualTo(nines), $"bag {i}");
        }

        Assert.That(Enumerable.Range(0, train.Count).Any(i => train.DiscriminativePatchesOf(i).Count() > 1), Is.True);
    }

    /// <summary>Sizes are of the normal distribution, and nothing follows a bag's last digit.</summary>
    [Test]
    public void Lengths_AreTheBags()
    {
        (Dataset train, _) = Make(Bags with { Train = 1000 });
        double[] sizes = [.. train.Lengths.ToArray().Select(length => (double)length)];
        Assert.That(sizes, Is.All.InRange(1, Most));
        Assert.That(sizes.Average(), Is.EqualTo(10).Within(0.25));
        Assert.That(Math.Sqrt(sizes.Average(size => (size - 10) * (size - 10))), Is.EqualTo(2).Within(0.2));
        for (int i = 0; i < 50; i++)
        {
            Assert.That(train.InputsOf(i, 1)[(train.Lengths[i] * Pixels)..].ContainsAnyExcept(0f), Is.False, $"bag {i}");
        }
    }

    [Test]
    public void SizesBeyondTheNetworks_AreCut_AndThereIsAlwaysADigit()
    {
        Assert.That(Make(Bags with { Mean = 30, Deviation = 0 }).Train.Lengths.ToArray(), Is.All.EqualTo(Most));
        (Dataset train, _) = Make(Bags with { Mean = 0.2, Deviation = 0 });
        Assert.That(train.Lengths.ToArray(), Is.All.EqualTo(1));
        AssertLabels(train, TrainClasses);
    }

    /// <summary>Among m digits given one: m·p/(1 − (1 − p)^m) of them, at any place alike.</summary>
    [Test]
    public void PositiveBags_HaveAsManyPositiveDigits_AsRandomOnesWithOne()
    {
        (Dataset train, _) = Make(Bags with { Deviation = 0, Train = 4000 });
        double share = (double)Digits.Train.IndicesWhere(label => label == 9).Length / Digits.Train.Count;
        double expected = 10 * share / (1 - Math.Pow(1 - share, 10));
        var perPlace = new double[10];
        for (int i = 0; i < train.Count; i += 2)
        {
            foreach (int place in train.DiscriminativePatchesOf(i))
            {
                perPlace[place] += 1 / 2000.0;
            }
        }

        Assert.That(perPlace.Sum(), Is.EqualTo(expected).Within(0.08));
        Assert.That(perPlace, Is.All.EqualTo(expected / 10).Within(0.04));
    }

    [Test]
    public void SameSeed_SameBits_OtherSeed_OtherData()
    {
        Dataset first = Make(Bags, seed: 7).Train;
        Assert.That(Make(Bags, seed: 7).Train.Inputs.SequenceEqual(first.Inputs), Is.True);
        Assert.That(Make(Bags, seed: 8).Train.Inputs.SequenceEqual(first.Inputs), Is.False);
    }

    [Test]
    public void LongerSet_BeginsWithTheShorterOne_AndWiderInputsHoldTheSameBags()
    {
        Dataset small = Make(Bags with { Train = 40 }).Train;
        Dataset large = Make(Bags).Train;
        Assert.That(large.InputsOf(0, 40).SequenceEqual(small.Inputs), Is.True);
        Assert.That(large.Lengths[..40].SequenceEqual(small.Lengths), Is.True);

        (Dataset wide, _) = BagsData.Make(Bags with { Train = 40 }, Model(2 * Most), Digits.Train, Digits.Test, 5);
        for (int i = 0; i < 40; i++)
        {
            Assert.That(wide.InputsOf(i, 1)[..(Most * Pixels)].SequenceEqual(small.InputsOf(i, 1)), Is.True, $"bag {i}");
        }
    }

    /// <summary>What is chosen from a data set keeps its discriminative patches.</summary>
    [Test]
    public void PartsOfTheBags_KnowTheirDiscriminativePatches()
    {
        Dataset train = Make(Bags).Train;
        Dataset first = train.First(10);
        Dataset chosen = train.Select([6, 2]);
        Assert.That(first.DiscriminativePatchesOf(6), Is.EqualTo(train.DiscriminativePatchesOf(6)).And.Not.Empty);
        Assert.That(chosen.DiscriminativePatchesOf(0), Is.EqualTo(train.DiscriminativePatchesOf(6)));
        Assert.That(chosen.DiscriminativePatchesOf(1), Is.EqualTo(train.DiscriminativePatchesOf(2)));
    }

    [Test]
    public void OtherInputs_AreRefused()
    {
        ModelSpec image = Specs.Separate(Specs.Mosaic, Specs.MosaicData(4, 2)).Model;
        ModelSpec narrow = Model(Most) with { Input = new VectorsInputSpec(Most, 100) };
        Assert.That(() => BagsData.Make(Bags, image, Digits.Train, Digits.Test, 1), Throws.TypeOf<BadInputException>().With.Message.Contains("data.kind").And.Message.Contains("vectors"));
        Assert.That(() => BagsData.Make(Bags, narrow, Digits.Train, Digits.Test, 1), Throws.TypeOf<BadInputException>().With.Message.Contains("model.input.dimension: 100").And.Message.Contains("784"));
    }

    [Test]
    public void AClassWithoutDigits_OrWithAll_IsNamed()
    {
        ImageSet noNines = Digits.Test.Subset(Digits.Test.IndicesWhere(label => label != 9));
        ImageSet nines = Digits.Test.Subset(Digits.Test.IndicesWhere(label => label == 9));
        Assert.That(() => BagsData.Make(Bags, Model(Most), Digits.Train, noNines, 1), Throws.TypeOf<BadInputException>().With.Message.Contains("data.positive: none of the"));
        Assert.That(() => BagsData.Make(Bags, Model(Most), Digits.Train, nines, 1), Throws.TypeOf<BadInputException>().With.Message.Contains("data.positive: each of the"));
    }

    /// <summary>The hit rate counts a bag if any of its positive digits was taken, and leaves negative bags out.</summary>
    [Test]
    public void HitRate_CountsAnyPositiveDigit()
    {
        PatchMoESpec spec = SpecReader.Read(File.ReadAllText(Path.Combine(Repository.Root, "specs", "mil-10.json")), "mil-10.json").Spec!;
        (Dataset data, _) = BagsData.Make((BagsDataSpec)spec.Data! with { Train = 40, Test = 2 }, spec.Model, Digits.Train, Digits.Test, 3);
        IPatchMoEModel model = PatchMoE.Compiler.PatchMoECompiler.Compile(spec);
        WeightInitializer.Initialize(spec, 1, model.Parameters);
        using var engine = new CpuEngine(model, threads: 1);
        LayerSpec layer = spec.Model.Layers[0];
        int length = layer.Experts * layer.PatchesPerExpert;
        var routes = new int[data.Count * length];
        engine.Route(data.Inputs, routes, data.Lengths);
        double[] hits =
        [
            .. Enumerable.Range(0, data.Count).Where(i => data.Labels[i] > 0)
                .Select(i => routes.Skip(i * length).Take(length).Intersect(data.DiscriminativePatchesOf(i)).Any() ? 1.0 : 0),
        ];
        Assert.That(new Evaluator(engine).HitRate(data), Is.EqualTo(hits.Average()));
        Assert.That(hits, Has.Length.EqualTo(20));

        // The same weights in a network that takes every digit in the order of its scores.
        LayerSpec whole = layer with { PatchesPerExpert = spec.Model.LayerShapes()[0].Patches };
        IPatchMoEModel all = PatchMoE.Compiler.PatchMoECompiler.Compile(spec with { Model = spec.Model with { Layers = EquatableArray.Of(whole) } });
        model.Parameters.CopyTo(all.Parameters);
        using var wide = new CpuEngine(all, threads: 1);
        Assert.That(HitRanks.Measure(wide, data).HitRate(layer.PatchesPerExpert), Is.EqualTo(hits.Average()));
    }

    private static void AssertLabels(Dataset data, Dictionary<string, int> classes)
    {
        for (int i = 0; i < data.Count; i++)
        {
            Assert.That(Classes(data, i, classes).Contains(9), Is.EqualTo(data.Labels[i] > 0), $"bag {i}");
        }
    }

    private static (Dataset Train, Dataset Test) Make(BagsDataSpec spec, ulong seed = 5) => BagsData.Make(spec, Model(Most), Digits.Train, Digits.Test, seed);

    private static ModelSpec Model(int patches) => Specs.Separate(new VectorsInputSpec(patches, Pixels), Bags).Model;

    private static IEnumerable<int> Classes(Dataset data, int bag, Dictionary<string, int> classes) =>
        Enumerable.Range(0, data.Lengths[bag]).Select(patch => classes[Key(data.InputsOf(bag, 1).Slice(patch * Pixels, Pixels))]);

    private static string Key(ReadOnlySpan<float> digit) => Convert.ToHexString([.. digit.ToArray().Select(value => (byte)Math.Round(value * 255))]);

    private static Dictionary<string, int> Classes(ImageSet images)
    {
        var classes = new Dictionary<string, int>();
        foreach ((string key, int i) in DataFolderTests.Keys(images).Select((key, i) => (key, i)))
        {
            classes[key] = images.Label(i);
        }

        return classes;
    }
}
