namespace PatchMoE.Reports.Charts;

/// <summary>The mark at a point: each series has its own shape, so that a chart also reads in black and white.</summary>
internal static class Marker
{
    // Around (0, 0), of about equal area, in the palette's order: two triangles, diamond, square, cross, circle, plus, bar.
    private static readonly string[] s_shapes =
    [
        "M0-5L4.8 3.6H-4.8z",
        "M0 5L-4.8-3.6H4.8z",
        "M0-5.2L5.2 0L0 5.2L-5.2 0z",
        "M-3.6-3.6h7.2v7.2h-7.2z",
        "M-4.6-2.6L-2.6-4.6L0-2L2.6-4.6L4.6-2.6L2 0L4.6 2.6L2.6 4.6L0 2L-2.6 4.6L-4.6 2.6L-2 0z",
        "M-4 0a4 4 0 1 0 8 0a4 4 0 1 0-8 0z",
        "M-1.5-5h3v3.5h3.5v3h-3.5v3.5h-3v-3.5h-3.5v-3h3.5z",
        "M-5-2h10v4h-10z",
    ];

    /// <summary>Draws the mark that goes with a colour.</summary>
    public static void Draw(SvgDocument svg, double x, double y, int index) =>
        svg.Add($"<path d=\"{s_shapes[index % s_shapes.Length]}\" transform=\"translate({x} {y})\" fill=\"{Palette.Line(index)}\"/>");
}
