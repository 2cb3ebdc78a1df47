namespace PatchMoE.Reports.Charts;

/// <summary>A measured point.</summary>
/// <param name="X">Where.</param>
/// <param name="Y">The value, usually a mean. A value that is not finite leaves a gap.</param>
/// <param name="Low">The lower end of its error bar or band; null for none.</param>
/// <param name="High">The upper end.</param>
/// <param name="Note">What hovering says after the numbers, e.g. "5 seeds".</param>
internal sealed record XyPoint(double X, double Y, double? Low = null, double? High = null, string? Note = null);

/// <summary>Points with a common name, colour and line.</summary>
/// <param name="Name">The name in the legend.</param>
/// <param name="Points">The points; drawn in the order of x.</param>
internal sealed record XySeries(string Name, IReadOnlyList<XyPoint> Points)
{
    /// <summary>The index of the colour and marker in the palette; null for that of the position among the series.</summary>
    public int? Colour { get; init; }

    /// <summary>Whether the spread is a band along the line, not a bar at each point.</summary>
    public bool IsBand { get; init; }

    /// <summary>A fitted growth: drawn dashed instead of lines between the points, its exponent in the legend.</summary>
    public PowerLaw? Fit { get; init; }
}

/// <summary>An axis as a chart's author describes it.</summary>
/// <param name="Title">What it measures.</param>
/// <param name="IsLogarithmic">Whether equal distances are equal ratios. All values must be above 0.</param>
/// <param name="Low">Where it begins at the latest; null to fit the values.</param>
/// <param name="High">Where it ends at the earliest. The spread of a point does not extend the axis beyond these two: no accuracy is above 1.</param>
internal sealed record XyAxis(string Title, bool IsLogarithmic = false, double? Low = null, double? High = null);

/// <summary>A vertical line at a value of x.</summary>
/// <param name="X">Where.</param>
/// <param name="Text">What it means, e.g. "l* = 3".</param>
internal sealed record XyMark(double X, string Text);
