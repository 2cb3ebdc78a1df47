namespace PatchMoE.Reports.Charts;

/// <summary>What the greys of a phase map mean: a scale from 0 to 1, and hatching if it occurs.</summary>
internal sealed class PhaseKey
{
    private const double ScaleWidth = 121;
    private const double SwatchHeight = 13;
    private const double RowHeight = 22;
    private const string MissingText = "no result";
    private readonly string _text;
    private readonly bool _isMissingBelow;
    private readonly bool _hasMissing;

    public PhaseKey(string text, bool hasMissing, double width)
    {
        _text = TextWidth.Fit(text, width - TextLeft);
        _hasMissing = hasMissing;
        _isMissingBelow = MissingLeft + 26 + TextWidth.Of(MissingText) > width;
        Height = RowHeight * (hasMissing && _isMissingBelow ? 2 : 1);
    }

    /// <summary>The height of its rows.</summary>
    public double Height { get; }

    private static double TextLeft => 12 + ScaleWidth + 18;

    private double MissingLeft => TextLeft + TextWidth.Of(_text) + 24;

    /// <summary>Draws it from the upper left corner.</summary>
    public void Draw(SvgDocument svg, double left, double top)
    {
        svg.Label(left, top + 12, "0");
        for (int i = 0; i <= 10; i++)
        {
            int grey = (int)Math.Round(25.5 * i);
            svg.Add($"<rect x=\"{left + 12 + (i * 11)}\" y=\"{top + 1}\" width=\"11\" height=\"{SwatchHeight}\" fill=\"#{grey:x2}{grey:x2}{grey:x2}\"/>");
        }

        svg.Add($"<rect class=\"line\" x=\"{left + 12}\" y=\"{top + 1}\" width=\"{ScaleWidth}\" height=\"{SwatchHeight}\" fill=\"none\" stroke=\"{Palette.Muted}\"/>");
        svg.Label(left + 12 + ScaleWidth + 5, top + 12, "1");
        svg.Label(left + TextLeft, top + 12, _text);
        if (_hasMissing)
        {
            (double x, double y) = _isMissingBelow ? (left + 12, top + RowHeight) : (left + MissingLeft, top);
            PhaseCellDrawing.DrawMissing(svg, new CellPlace(x, y + 1, 20, SwatchHeight), MissingText);
            svg.Label(x + 26, y + 12, MissingText);
        }
    }
}
