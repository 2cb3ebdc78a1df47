namespace PatchMoE.Tests.Parity;

/// <summary>The promise of parity: every value within 1e-4 of the array's largest absolute value.</summary>
internal static class Agreement
{
    private const double Tolerance = 1e-4;

    public static void Check(string name, ReadOnlySpan<float> actual, IReadOnlyList<double> expected)
    {
        Assert.That(actual.Length, Is.EqualTo(expected.Count), name);
        double largest = 0;
        double error = 0;
        int worst = 0;
        for (int i = 0; i < actual.Length; i++)
        {
            largest = Math.Max(largest, Math.Abs(expected[i]));
            double difference = Math.Abs(actual[i] - expected[i]);
            if (!(difference <= error))
            {
                (error, worst) = (difference, i);
            }
        }

        // Where the exact value is 0 everywhere, rounding may leave something far below any useful gradient.
        double allowed = (Tolerance * largest) + 1e-12;
        if (!(error <= allowed))
        {
            Assert.Fail($"{name}[{worst}] is {actual[worst]}, expected {expected[worst]}: off by {error:g3}, allowed {allowed:g3}.");
        }
    }

    public static void Check(string name, ReadOnlySpan<float> actual, float[] expected) => Check(name, actual, Array.ConvertAll(expected, value => (double)value));
}
