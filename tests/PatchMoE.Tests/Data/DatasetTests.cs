namespace PatchMoE.Tests;

public sealed class DatasetTests
{
    [Test]
    public void First_IsTheBeginningOfEveryArray()
    {
        var data = new Dataset(EquatableArray.Of(2, 1), [1, 2, 3, 4, 5, 6], [1, -1, 1], lengths: [2, 1, 0], discriminativePatches: [0, 1, -1]);
        Dataset first = data.First(2);
        Assert.That(first.Count, Is.EqualTo(2));
        Assert.That(first.Inputs.ToArray(), Is.EqualTo(new float[] { 1, 2, 3, 4 }));
        Assert.That(first.Labels.ToArray(), Is.EqualTo(new[] { 1, -1 }));
        Assert.That(first.Lengths.ToArray(), Is.EqualTo(new[] { 2, 1 }));
        Assert.That(first.LengthsPerSample, Is.EqualTo(1));
        Assert.That(first.DiscriminativePatches.ToArray(), Is.EqualTo(new[] { 0, 1 }));
        Assert.That(first.First(1).Inputs.ToArray(), Is.EqualTo(new float[] { 1, 2 }));
    }

    [TestCase(0)]
    [TestCase(4)]
    public void First_OfNoneOrMoreThanThereAre_IsRefused(int count)
    {
        var data = new Dataset(EquatableArray.Of(1, 1), [1, 2, 3], [1, -1, 1]);
        Assert.That(() => data.First(count), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }
}
