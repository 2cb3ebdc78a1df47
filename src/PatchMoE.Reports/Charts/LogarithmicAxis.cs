using System.Globalization;

namespace PatchMoE.Reports.Charts;

/// <summary>A logarithmic axis with round ticks: 1, 2 and 5 times the powers of ten, or only those powers if there are many.</summary>
internal sealed class LogarithmicAxis : IChartAxis
{
    private const int MostTicks = 10;
    private readonly double _low;
    private readonly double _high;

    /// <summary>Creates an axis that covers all values between <paramref name="low"/> and <paramref name="high"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is not above 0.</exception>
    public LogarithmicAxis(double low, double high)
    {
        Check(low);
        Check(high);
        double[] round = Around(low, high);
        (_low, _high) = (Math.Log10(round[0]), Math.Log10(round[^1]));
        if (round.Length > MostTicks)
        {
            double[] powers = [.. round.Where(IsPower)];
            int step = 1 + ((powers.Length - 1) / MostTicks);
            round = [.. powers.Where((_, i) => i % step == 0)];
        }

        Ticks = round;
    }

    /// <inheritdoc/>
    public IReadOnlyList<double> Ticks { get; }

    /// <summary>Refuses values that have no logarithm.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not above 0.</exception>
    public static void Check(double value)
    {
        if (!(value > 0) || double.IsInfinity(value))
        {
            throw new ArgumentOutOfRangeException(nameof(value), value, "A logarithmic axis takes finite values above 0 only. Leave the point out, or use a linear axis.");
        }
    }

    /// <inheritdoc/>
    public double Share(double value) => (Math.Log10(value) - _low) / (_high - _low);

    /// <inheritdoc/>
    public string Text(double tick) => NumberText.Of(tick);

    private static bool IsPower(double tick) => Math.Abs(Math.Log10(tick) - Math.Round(Math.Log10(tick))) < 1e-9;

    /// <summary>The round numbers from the last one that is not above <paramref name="low"/> to the first one that is not below <paramref name="high"/>.</summary>
    private static double[] Around(double low, double high)
    {
        int first = (int)Math.Floor(Math.Log10(low)) - 1;
        int last = (int)Math.Ceiling(Math.Log10(high)) + 1;

        // Parsed, not computed: 1e-5 is to be the nearest number, as if written.
        double[] all =
        [
            .. from power in Enumerable.Range(first, last - first + 1)
               from factor in (int[])[1, 2, 5]
               select double.Parse(FormattableString.Invariant($"{factor}e{power}"), CultureInfo.InvariantCulture),
        ];
        int from = Array.FindLastIndex(all, tick => tick <= low);
        int to = Array.FindIndex(all, tick => tick >= high);
        return all[from..(Math.Max(to, from + 1) + 1)];
    }
}
