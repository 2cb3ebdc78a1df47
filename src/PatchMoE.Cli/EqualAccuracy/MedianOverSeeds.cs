using PatchMoE.Measurement;

namespace PatchMoE.Cli.EqualAccuracy;

/// <summary>Values over the seeds, of which some may have never come.</summary>
/// <param name="Median">The median; what never came counts as larger than all others.</param>
/// <param name="Low">The lowest value.</param>
/// <param name="High">The highest value that came.</param>
/// <param name="Reached">How many came.</param>
/// <param name="Count">How many seeds there are.</param>
internal sealed record MedianOverSeeds(double Median, double Low, double High, int Reached, int Count)
{
    /// <summary>Summarises values; null if the median never came.</summary>
    public static MedianOverSeeds? Of(IReadOnlyList<double?> values)
    {
        double[] reached = [.. values.OfType<double>()];
        if (values.Count == 0 || reached.Length == 0)
        {
            return null;
        }

        double median = Timing.Of([.. values.Select(value => value ?? double.PositiveInfinity)]).Median;
        return double.IsFinite(median) ? new MedianOverSeeds(median, reached.Min(), reached.Max(), reached.Length, values.Count) : null;
    }
}
