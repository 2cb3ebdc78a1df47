namespace PatchMoE.Tests.Parity;

/// <summary>Asserts the promise of parity.</summary>
internal static class Agreement
{
    public static void Check(string name, ReadOnlySpan<float> actual, IReadOnlyList<double> expected)
    {
        Assert.That(actual.Length, Is.EqualTo(expected.Count), name);
        Deviation deviation = Deviation.Of(actual, expected);
        if (!deviation.Holds)
        {
            Assert.Fail($"{deviation.Describe(name, actual, expected)}.");
        }
    }

    public static void Check(string name, ReadOnlySpan<float> actual, float[] expected) => Check(name, actual, Array.ConvertAll(expected, value => (double)value));
}
