namespace PatchMoE.Tests;

/// <summary>What is accepted as inputs and labels; every other array gets advice, and following it gives the right samples.</summary>
public sealed class SampleArraysTests
{
    private static readonly ModelSpec Grey = Image(4, 5, 1);
    private static readonly ModelSpec Colour = Image(4, 5, 3);
    private static readonly ModelSpec Square = Image(4, 4, 3);
    private static readonly ModelSpec Vectors = Specs.Dense(new VectorsInputSpec(4, 11), 3, data: null).Model;

    [Test]
    public void ABatch_IsTaken_AndALoneChannelMayBeLeftOut()
    {
        foreach ((ModelSpec model, int[] shape) in ((ModelSpec, int[])[])[(Grey, [2, 4, 5, 1]), (Grey, [2, 4, 5]), (Colour, [2, 4, 5, 3]), (Vectors, [2, 4, 11])])
        {
            NpyArray array = Numbered(shape);
            Assert.That(SampleArrays.Inputs(array, "x.npy", model), Is.EqualTo(array.Values<float>()));
        }
    }

    /// <summary>The axes of the right batch in the order of the array, and what to save.</summary>
    [TestCase(4, 5, 3, new[] { 0, 3, 1, 2 }, "x.transpose(0, 2, 3, 1)")]
    [TestCase(4, 4, 3, new[] { 0, 3, 1, 2 }, "x.transpose(0, 2, 3, 1)")]
    [TestCase(4, 5, 1, new[] { 0, 3, 1, 2 }, "x.transpose(0, 2, 3, 1)")]
    [TestCase(4, 5, 3, new[] { 0, 2, 1, 3 }, "x.transpose(0, 2, 1, 3)")]
    [TestCase(4, 5, 3, new[] { 1, 2, 3, 0 }, "x.transpose(3, 0, 1, 2)")]
    [TestCase(4, 5, 3, new[] { 3, 2, 1, 0 }, "x.transpose(3, 2, 1, 0)")]
    public void OtherOrdersOfAxes_AreTransposed(int height, int width, int channels, int[] order, string advice)
    {
        ModelSpec model = Image(height, width, channels);
        NpyArray right = Numbered([6, height, width, channels]);
        (int[] shape, float[] values) = NumpyAdvice.Transpose(([.. right.Shape], right.Values<float>()), order);
        FollowTo(right, model, new NpyArray(shape, values), advice);
    }

    [Test]
    public void ImagesWithoutAChannel_AreTransposedToo()
    {
        NpyArray right = Numbered([6, 4, 5]);
        (int[] shape, float[] values) = NumpyAdvice.Transpose(([.. right.Shape], right.Values<float>()), [1, 2, 0]);
        FollowTo(right, Grey, new NpyArray(shape, values), "x.transpose(2, 0, 1)");
    }

    [Test]
    public void TransposedVectors_AreTransposed()
    {
        NpyArray right = Numbered([6, 4, 11]);
        (int[] shape, float[] values) = NumpyAdvice.Transpose(([.. right.Shape], right.Values<float>()), [0, 2, 1]);
        FollowTo(right, Vectors, new NpyArray(shape, values), "x.transpose(0, 2, 1)");
    }

    [TestCase(new[] { 4, 5, 3 }, "x[None]")]
    public void OneSample_BecomesABatch(int[] shape, string advice)
    {
        NpyArray sample = Numbered(shape);
        FollowTo(new NpyArray([1, .. shape], sample.Values<float>()), Colour, sample, advice);
    }

    [Test]
    public void OneSampleWithChannelsFirst_BecomesABatch()
    {
        NpyArray right = Numbered([1, 4, 4, 3]);
        (int[] shape, float[] values) = NumpyAdvice.Transpose(([4, 4, 3], right.Values<float>()), [2, 0, 1]);
        FollowTo(right, Square, new NpyArray(shape, values), "x.transpose(1, 2, 0)[None]");
        FollowTo(new NpyArray([1, 4, 5], Numbered([4, 5]).Values<float>()), Grey, Numbered([4, 5]), "x[None]");
    }

    /// <summary>Where the order of the values is the same, and only there, reshaping is advised.</summary>
    [TestCase(new[] { 6, 20 }, new[] { 6, 4, 5, 1 })]
    [TestCase(new[] { 20 }, new[] { 1, 4, 5, 1 })]
    [TestCase(new[] { 6, 4, 5, 1, 1 }, new[] { 6, 4, 5, 1 })]
    [TestCase(new[] { 6, 1, 4, 5, 1 }, new[] { 6, 4, 5, 1 })]
    public void FlatRows_AreReshaped(int[] given, int[] right) => FollowTo(Numbered(right), Grey, Numbered(given), "x.reshape(-1, 4, 5, 1)");

    [Test]
    public void FlatColourImages_GetBothPossibilities()
    {
        string message = Refused(Numbered([6, 60]), Colour);
        Assert.That(message, Does.Contain("side by side, save x.reshape(-1, 4, 5, 3);").And.Contain("one after the other, save x.reshape(-1, 3, 4, 5).transpose(0, 2, 3, 1)."));

        NpyArray right = Numbered([6, 4, 5, 3]);
        (_, float[] values) = NumpyAdvice.Transpose(([6, 4, 5, 3], right.Values<float>()), [0, 3, 1, 2]);
        Assert.That(Taken(NumpyAdvice.Follow(message[message.IndexOf(';', StringComparison.Ordinal)..], new NpyArray([6, 60], values)), Colour), Is.EqualTo(right.Values<float>()));
    }

    [Test]
    public void AnotherNumberOfChannels_GetsThatNumber()
    {
        NpyArray grey = Numbered([2, 4, 5]);
        float[] tripled = [.. grey.Values<float>().SelectMany(value => Enumerable.Repeat(value, 3))];
        FollowTo(new NpyArray([2, 4, 5, 3], tripled), Colour, grey, "np.repeat(x[..., None], 3, axis=-1)");
        FollowTo(new NpyArray([2, 4, 5, 3], tripled), Colour, new NpyArray([2, 4, 5, 1], grey.Values<float>()), "np.repeat(x, 3, axis=-1)");
        FollowTo(grey, Grey, new NpyArray([2, 4, 5, 3], tripled), "x[..., :3].mean(axis=-1).astype(x.dtype)");

        NpyArray alpha = Numbered([2, 4, 5, 4]);
        FollowTo(new NpyArray([2, 4, 5, 3], [.. alpha.Values<float>().Chunk(4).SelectMany(chunk => chunk[..3])]), Colour, alpha, "x[..., :3]");
    }

    [TestCase(new int[0])]
    [TestCase(new[] { 6, 7, 9, 3 })]
    [TestCase(new[] { 6, 61 })]
    [TestCase(new[] { 2, 2, 2, 2, 2, 2 })]
    public void AShapeThatCannotBeMeant_IsNotReshaped(int[] shape)
    {
        string message = Refused(Numbered(shape), Colour);
        Assert.That(message, Does.Contain("[B, 4, 5, 3]").And.EndsWith("Give arrays of that shape, or change model.input.").And.Not.Contain("shape(").And.Not.Contain("transpose"));
    }

    [Test]
    public void NoSamples_AreRefused() => Assert.That(Refused(Numbered([0, 4, 5, 3]), Colour), Does.Contain("holds no samples"));

    [Test]
    public void LabelsOfAnotherShape_GetAdviceThatWorks()
    {
        var right = new[] { 0, 2, 1, 1 };
        foreach (NpyArray given in (NpyArray[])[new([4, 1], right), new([1, 4], right), new([4, 3], [1, 0, 0, 0, 0, 1, 0, 1, 0, 0, 1, 0])])
        {
            string message = Assert.Throws<BadInputException>(() => SampleArrays.Labels(given, "y.npy", Vectors, 4))!.Message;
            NpyArray followed = NumpyAdvice.Follow(message, given);
            Assert.That(SampleArrays.Labels(followed, "y.npy", Vectors, 4), Is.EqualTo(right));
        }

        Assert.That(
            () => SampleArrays.Labels(new NpyArray([3], new int[3]), "y.npy", Vectors, 4),
            Throws.TypeOf<BadInputException>().With.Message.EqualTo("y.npy: the array is [3], but the 4 samples of the input need labels [4]. Give one label for each sample."));
    }

    /// <summary>The array is refused with the advice; following it gives the right values.</summary>
    private static void FollowTo(NpyArray right, ModelSpec model, NpyArray given, string advice)
    {
        string message = Refused(given, model);
        Assert.That(message, Does.Contain(advice));
        Assert.That(advice.Contains("reshape", StringComparison.Ordinal) || !message.Contains("reshape", StringComparison.Ordinal), message);
        Assert.That(Taken(NumpyAdvice.Follow(message, given), model), Is.EqualTo(right.Values<float>()), message);
    }

    private static float[] Taken(NpyArray array, ModelSpec model) => SampleArrays.Inputs(array, "x.npy", model);

    private static string Refused(NpyArray array, ModelSpec model) =>
        Assert.Throws<BadInputException>(() => SampleArrays.Inputs(array, "x.npy", model))!.Message;

    private static ModelSpec Image(int height, int width, int channels) => Specs.Dense(new ImageInputSpec(height, width, channels, 1, 1, 1, 1), 3, data: null).Model;

    private static NpyArray Numbered(int[] shape) =>
        new(shape, [.. Enumerable.Range(0, shape.Aggregate(1, (product, size) => product * size)).Select(i => (float)i)]);
}
