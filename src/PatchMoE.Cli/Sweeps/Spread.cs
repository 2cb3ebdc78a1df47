namespace PatchMoE.Cli.Sweeps;

/// <summary>Mean and standard deviation of some numbers.</summary>
/// <param name="Count">How many there are, at least one.</param>
/// <param name="Mean">Their mean.</param>
/// <param name="Deviation">The standard deviation of the sample (divided by n − 1); null for a single number.</param>
internal sealed record Spread(int Count, double Mean, double? Deviation)
{
    /// <summary>That of some numbers, added up in their order; null if there are none.</summary>
    public static Spread? Of(IReadOnlyList<double> numbers)
    {
        if (numbers.Count == 0)
        {
            return null;
        }

        double mean = numbers.Sum() / numbers.Count;
        double squares = numbers.Sum(number => (number - mean) * (number - mean));
        return new Spread(numbers.Count, mean, numbers.Count == 1 ? null : Math.Sqrt(squares / (numbers.Count - 1)));
    }
}
