using System.Globalization;

namespace PatchMoE.Reports.Charts;

/// <summary>An axis with round ticks: steps of 1, 2 or 5 times a power of ten.</summary>
internal sealed class LinearAxis : IChartAxis
{
    private const int MostTicks = 6;
    private readonly int _decimals;

    /// <summary>Creates an axis that covers all values between <paramref name="low"/> and <paramref name="high"/>.</summary>
    public LinearAxis(double low, double high)
    {
        double range = high > low ? high - low : Math.Max(Math.Abs(high), 1);
        double power = Math.Pow(10, Math.Floor(Math.Log10(range / (MostTicks - 1))));
        double step = new[] { 1, 2, 5, 10 }.Select(factor => factor * power).First(step => range / step <= MostTicks - 1);
        double first = Math.Floor(low / step);
        Low = first * step;
        int steps = Math.Max(1, (int)Math.Ceiling((high - Low) / step - 1e-9));

        // Multiples of the step, so that a tick at zero is exactly zero.
        Ticks = [.. Enumerable.Range(0, steps + 1).Select(i => (first + i) * step)];
        High = Ticks[^1];
        _decimals = Math.Clamp((int)-Math.Floor(Math.Log10(step) + 1e-9), 0, 15);
    }

    /// <summary>The first tick.</summary>
    public double Low { get; }

    /// <summary>The last tick.</summary>
    public double High { get; }

    /// <inheritdoc/>
    public IReadOnlyList<double> Ticks { get; }

    /// <inheritdoc/>
    public double Share(double value) => (value - Low) / (High - Low);

    /// <summary>The label of a tick; large and tiny numbers get an exponent.</summary>
    public string Text(double tick) => Math.Max(Math.Abs(Low), Math.Abs(High)) is >= 1e5 or < 1e-4
        ? NumberText.Of(tick)
        : tick.ToString($"F{_decimals}", CultureInfo.InvariantCulture).Replace('-', '−');
}
