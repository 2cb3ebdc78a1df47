namespace PatchMoE.Reports.Charts;

/// <summary>The line of a series; dashed where it is fitted, not measured.</summary>
internal static class Stroke
{
    /// <summary>Draws a line.</summary>
    /// <param name="svg">The picture.</param>
    /// <param name="points">x,y pairs, separated by spaces.</param>
    /// <param name="index">The index of the series.</param>
    /// <param name="isDashed">Whether it is dashed.</param>
    public static void Line(SvgDocument svg, string points, int index, bool isDashed = false)
    {
        string dash = isDashed ? "6 4" : "none";
        svg.Add($"<polyline points=\"{points}\" fill=\"none\" stroke=\"{Palette.Line(index)}\" stroke-width=\"2\" stroke-linejoin=\"round\" stroke-dasharray=\"{dash}\"/>");
    }
}
