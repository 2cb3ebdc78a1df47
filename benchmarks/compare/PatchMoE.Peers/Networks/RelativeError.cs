namespace PatchMoE.Peers.Networks;

/// <summary>How far a peer's results are from ours.</summary>
internal static class RelativeError
{
    // Where all values are 0, the error itself counts.
    private const double Smallest = 1e-30;

    /// <summary>The largest difference, relative to the largest absolute value of theirs; NaN if a value is not a number.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static double Of(ReadOnlySpan<float> ours, ReadOnlySpan<float> theirs)
    {
        if (ours.Length != theirs.Length)
        {
            throw new ArgumentException($"Ours has {ours.Length} values, theirs {theirs.Length}.", nameof(theirs));
        }

        (double difference, double largest) = (0, Smallest);
        for (int i = 0; i < ours.Length; i++)
        {
            // Math.Max keeps NaN.
            difference = Math.Max(difference, Math.Abs((double)ours[i] - theirs[i]));
            largest = Math.Max(largest, Math.Abs(theirs[i]));
        }

        return difference / largest;
    }

    /// <summary>The difference of two single values, relative to theirs.</summary>
    public static double Of(double ours, double theirs) => Math.Abs(ours - theirs) / Math.Max(Math.Abs(theirs), Smallest);
}
