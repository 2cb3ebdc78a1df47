namespace PatchMoE.Tests;

public sealed class HostBatchTests
{
    private static readonly ModelSpec s_model = Specs.Dense(Specs.Vectors, 3, null).Model;

    [Test]
    public void SamplesAreGathered_InTheGivenOrder()
    {
        Dataset data = Make(samples: 3, lengths: [4, 3, 2]);
        var batch = new HostBatch(s_model);
        batch.Gather(data, [2, 0]);
        Assert.That(batch.Inputs.ToArray(), Is.EqualTo((float[])[.. data.InputsOf(2, 1), .. data.InputsOf(0, 1)]));
        Assert.That(batch.Labels.ToArray(), Is.EqualTo(new[] { 2, 0 }));
        Assert.That(batch.Lengths.ToArray(), Is.EqualTo(new[] { 2, 4 }));
    }

    /// <summary>The arrays of a large batch are reused for smaller ones, and data that come with counts later get room for them.</summary>
    [Test]
    public void TheArraysGrow_ForAnotherDataSetToo()
    {
        var batch = new HostBatch(s_model);
        batch.Gather(Make(samples: 3), [0, 1, 2]);
        batch.Gather(Make(samples: 2, lengths: [1, 2]), [1]);
        Assert.That(batch.Inputs.Length, Is.EqualTo(44));
        Assert.That(batch.Lengths.ToArray(), Is.EqualTo(new[] { 2 }));
    }

    /// <summary>Texts are mostly zeros, which are not all written again for each batch; whatever was there before, and whoever's it was, a batch has its samples' values.</summary>
    [Test]
    public void SparseSamples_AreWrittenOverOthers()
    {
        var random = new Random(1);
        (Dataset Data, float[][] Samples) draw(int count)
        {
            float[][] samples = [.. Enumerable.Range(0, count).Select(_ => Enumerable.Range(0, 44).Select(_ => random.Next(4) == 0 ? 1 + random.NextSingle() : 0f).ToArray())];
            (int[] Places, float[] Values)[] sparse = [.. samples.Select(sample => TextStore.Compress(sample))];
            var store = new TextStore([.. sparse.Select(one => one.Places)], [.. sparse.Select(one => one.Values)]);
            return (new Dataset(EquatableArray.Of(4, 11), store, new int[count]), samples);
        }

        var batch = new HostBatch(s_model);
        (Dataset Data, float[][] Samples)[] sets = [draw(9), draw(5)];
        for (int i = 0; i < 60; i++)
        {
            (Dataset data, float[][] samples) = sets[i / 4 % 2];
            int[] indices = [.. Enumerable.Range(0, 1 + random.Next(4)).Select(_ => random.Next(data.Count))];
            (Dataset given, int offset) = i % 3 == 0 ? (data.Select([.. Enumerable.Range(1, data.Count - 1)]), 1) : (data, 0);
            batch.Gather(given, [.. indices.Select(index => index % given.Count)]);
            Assert.That(batch.Inputs.ToArray(), Is.EqualTo(indices.SelectMany(index => samples[(index % given.Count) + offset])));
        }
    }

    /// <summary>A pass reads its arrays without bounds checks, so an engine rejects data that do not fit its model before it reads them.</summary>
    [TestCaseSource(nameof(DataOfOtherModels))]
    public void DataThatDoNotFitTheModel_AreRefused(Dataset data, string part)
    {
        using var engine = new CpuEngine(new LoopModel(Specs.Dense(Specs.Vectors, 3, null)), threads: 1);
        engine.BeginTraining(Optimizer.Create(OptimizerSpec.Of(OptimizerKind.Sgd), engine.Spec.Model.Parameters(), 0));
        string message = Assert.Throws<BadInputException>(() => engine.Step(data, [0], [], 0.1))!.Message;
        Assert.That(message, Does.StartWith("training data: ").And.Contain(part));
    }

    [Test]
    public void ASampleThatIsNotThere_IsRefused([Values(-1, 3)] int sample) =>
        Assert.That(() => new HostBatch(s_model).Gather(Make(samples: 3), [0, sample]), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("3 samples"));

    private static IEnumerable<TestCaseData> DataOfOtherModels()
    {
        yield return new TestCaseData(new Dataset(EquatableArray.Of(4, 12), new float[48], [0]), "[4, 12]").SetArgDisplayNames("wider");
        yield return new TestCaseData(new Dataset(EquatableArray.Of(4, 10), new float[40], [0]), "[4, 10]").SetArgDisplayNames("narrower");
        yield return new TestCaseData(Make(samples: 1, lengths: [4, 4]), "2 valid-patch counts per sample").SetArgDisplayNames("two counts per sample");
        yield return new TestCaseData(Make(samples: 1, lengths: [5]), "must be 0 to 4").SetArgDisplayNames("a count too large");
        yield return new TestCaseData(new Dataset(EquatableArray.Of(4, 11), new float[44], [3]), "the label of sample 0 is 3").SetArgDisplayNames("a label too large");
        yield return new TestCaseData(new Dataset(EquatableArray.Of(4, 11), new float[44], [-1]), "the label of sample 0 is -1").SetArgDisplayNames("a negative label");
    }

    private static Dataset Make(int samples, int[]? lengths = null) =>
        new(EquatableArray.Of(4, 11), [.. Enumerable.Range(0, samples * 44).Select(i => (float)i)], [.. Enumerable.Range(0, samples)], lengths);
}
