namespace PatchMoE.Reports.Charts;

/// <summary>Maps values to positions, and says where the ticks are.</summary>
internal interface IChartAxis
{
    /// <summary>The ticks, from low to high.</summary>
    IReadOnlyList<double> Ticks { get; }

    /// <summary>The position of a value between the low end, 0, and the high end, 1.</summary>
    double Share(double value);

    /// <summary>The label of a tick.</summary>
    string Text(double tick);
}
