using PatchMoE.Kernels;

namespace PatchMoE.Tests;

public sealed class DatasetRulesTests
{
    private static readonly ModelSpec Softmax = Specs.Dense(Specs.Vectors, 3, null).Model;
    private static readonly ModelSpec Logistic = Specs.Separate(Specs.Vectors, Specs.Synthetic).Model;

    [Test]
    public void FittingData_Pass()
    {
        Assert.That(() => DatasetRules.Check(Make([0, 2]), Softmax, "data"), Throws.Nothing);
        Assert.That(() => DatasetRules.Check(Make([-1, 1], lengths: [0, 4]), Logistic, "data"), Throws.Nothing);
    }

    [Test]
    public void LogisticLoss_TakesMinusOneAndOne() => Refuses(Make([1, 0]), Logistic, "the label of sample 1 is 0", "−1 and +1");

    [Test]
    public void NegativeClasses_AreRefused() => Refuses(Make([0, -1]), Softmax, "the label of sample 1 is -1", "0 to 2");

    [Test]
    public void Lengths_AreZeroToAllPatches([Values(-1, 5)] int length) =>
        Refuses(Make([0, 1], lengths: [4, length]), Softmax, $"sample 1 is {length}", "0 to 4");

    [Test]
    public void Lengths_AreOnePerGroup() => Refuses(Make([0, 1], lengths: [4, 4, 4, 4]), Softmax, "2 valid-patch counts per sample", "requires 1");

    [Test]
    public void NoSamples_AreRefused() => Refuses(Make([]), Softmax, "no samples");

    [Test]
    public void AnotherShape_IsRefused() =>
        Refuses(new Dataset(EquatableArray.Of(11, 4), new float[44], [0]), Softmax, "[11, 4]", "[4, 11]");

    [Test]
    public void EveryValueThatIsNotFinite_IsFound([Values(float.NaN, float.PositiveInfinity, float.NegativeInfinity)] float bad)
    {
        for (int i = 0; i < 44; i++)
        {
            var inputs = new float[44];
            inputs[i] = bad;
            Refuses(new Dataset(EquatableArray.Of(4, 11), inputs, [0]), Softmax, $"value {i} of sample 0 is {FiniteCheck.Show(bad)}");
        }

        Assert.That(FiniteCheck.FirstNotFinite([float.MaxValue, float.MinValue, float.Epsilon, float.MaxValue, float.MaxValue]), Is.EqualTo(-1));
    }

    private static Dataset Make(int[] labels, int[]? lengths = null) =>
        new(EquatableArray.Of(4, 11), new float[labels.Length * 44], labels, lengths);

    private static void Refuses(Dataset data, ModelSpec model, params string[] parts)
    {
        string message = Assert.Throws<BadInputException>(() => DatasetRules.Check(data, model, "data"))!.Message;
        foreach (string part in parts)
        {
            Assert.That(message, Does.StartWith("data: ").And.Contain(part));
        }
    }
}
