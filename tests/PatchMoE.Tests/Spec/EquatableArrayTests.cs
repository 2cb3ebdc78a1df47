namespace PatchMoE.Tests.Spec;

public sealed class EquatableArrayTests
{
    [Test]
    public void ACollectionExpression_MakesOne()
    {
        EquatableArray<int> shape = [28, .. new[] { 28, 1 }];
        Assert.That(shape == EquatableArray.Of(28, 28, 1), Is.True);
        EquatableArray<string> none = [];
        Assert.That(none == default, Is.True);
        Assert.That(new Dataset([2, 1], [1, 2], [0]).InputShape, Is.EqualTo(new[] { 2, 1 }));
    }

    [Test]
    public void ItCopiesWhatItIsMadeOf()
    {
        int[] items = [1, 2];
        EquatableArray<int> copy = EquatableArray.Create<int>(items);
        items[0] = 5;
        Assert.That(copy[0], Is.EqualTo(1));
    }
}
