namespace PatchMoE.Reports.Charts;

/// <summary>An axis whose ticks are the measured values themselves, as a few settings were chosen: 100, 300, 500 samples. Some room is left at both ends.</summary>
internal sealed class MeasuredAxis : IChartAxis
{
    private const double Room = 0.04;
    private readonly bool _isLogarithmic;
    private readonly double _low;
    private readonly double _high;

    /// <summary>Creates an axis.</summary>
    /// <param name="values">The values, in ascending order, at least one.</param>
    /// <param name="low">The lowest value to cover, not above the values.</param>
    /// <param name="high">The highest value to cover, not below the values.</param>
    /// <param name="isLogarithmic">Whether distances are ratios; all values are above 0 then.</param>
    public MeasuredAxis(IReadOnlyList<double> values, double low, double high, bool isLogarithmic)
    {
        Ticks = values;
        _isLogarithmic = isLogarithmic;
        (_low, _high) = (Scaled(low), Scaled(high));
        double room = _high > _low ? Room * (_high - _low) : 1;
        (_low, _high) = (_low - room, _high + room);
    }

    /// <inheritdoc/>
    public IReadOnlyList<double> Ticks { get; }

    /// <inheritdoc/>
    public double Share(double value) => (Scaled(value) - _low) / (_high - _low);

    /// <inheritdoc/>
    public string Text(double tick) => NumberText.Of(tick);

    private double Scaled(double value) => _isLogarithmic ? Math.Log10(value) : value;
}
