namespace PatchMoE.Tests.Parity;

/// <summary>How far an array is from the expected one, under the promise of parity: every value within 1e-4 of the array's largest absolute value.</summary>
/// <param name="Worst">The index of the value that is furthest off; of the first NaN, if there is one.</param>
/// <param name="Error">How far it is off; NaN for a NaN.</param>
/// <param name="Allowed">How far it may be off.</param>
internal readonly record struct Deviation(int Worst, double Error, double Allowed)
{
    private const double Tolerance = 1e-4;

    // Where the exact value is 0 everywhere, rounding may leave something far below any useful gradient.
    private const double OfZero = 1e-12;

    /// <summary>Whether the promise is kept; never with a NaN.</summary>
    public bool Holds => Error <= Allowed;

    /// <summary>Which value is furthest off, and by how much.</summary>
    /// <param name="name">The array's name.</param>
    /// <param name="actual">The array.</param>
    /// <param name="expected">The expected one.</param>
    public string Describe(string name, ReadOnlySpan<float> actual, IReadOnlyList<double> expected) =>
        $"{name}[{Worst}] is {actual[Worst]}, expected {expected[Worst]}: off by {Error:g3}, allowed {Allowed:g3}";

    /// <summary>Compares arrays of one length.</summary>
    public static Deviation Of(ReadOnlySpan<float> actual, IReadOnlyList<double> expected)
    {
        (int worst, double error, double largest) = (0, 0, 0);
        for (int i = 0; i < actual.Length; i++)
        {
            largest = Math.Max(largest, Math.Abs(expected[i]));
            double difference = Math.Abs(actual[i] - expected[i]);
            if (double.IsNaN(difference))
            {
                return new Deviation(i, double.NaN, OfZero);
            }

            if (difference > error)
            {
                (error, worst) = (difference, i);
            }
        }

        return new Deviation(worst, error, (Tolerance * largest) + OfZero);
    }
}
