using System.Globalization;
using System.Text;

namespace PatchMoE.Reports.Charts;

/// <summary>A rectangle of a map.</summary>
internal readonly record struct CellPlace(double X, double Y, double Width, double Height);

/// <summary>Draws cells of a phase map.</summary>
internal static class PhaseCellDrawing
{
    private const double HatchDistance = 7;

    // Numbers of two digits and a point need this much.
    private const double LeastWidth = 28;
    private const double LeastHeight = 16;

    // Between smaller cells, lines would be most of what is seen.
    private const double LeastFramed = 14;

    private const string Frame = "#8a8f98";

    // Where black and white have the same contrast with the grey: relative luminance 0.179.
    private const double WhiteBelow = 0.46;

    /// <summary>Draws a cell with its share, as a number where that fits.</summary>
    public static void Draw(SvgDocument svg, CellPlace place, double share, string hover)
    {
        int grey = (int)Math.Round(255 * share);
        string colour = string.Create(CultureInfo.InvariantCulture, $"#{grey:x2}{grey:x2}{grey:x2}");
        svg.Add($"<g class=\"cell\"><title>{hover}</title><rect x=\"{place.X}\" y=\"{place.Y}\" width=\"{place.Width}\" height=\"{place.Height}\" fill=\"{colour}\" shape-rendering=\"crispEdges\" stroke=\"{(Math.Min(place.Width, place.Height) >= LeastFramed ? Frame : colour)}\" stroke-width=\"0.5\"/>");
        if (place.Width >= LeastWidth && place.Height >= LeastHeight)
        {
            svg.Add($"<text x=\"{place.X + (place.Width / 2)}\" y=\"{place.Y + (place.Height / 2) + 4}\" text-anchor=\"middle\" font-size=\"11\" fill=\"{(share < WhiteBelow ? "#ffffff" : "#000000")}\">{Text(share)}</text>");
        }

        svg.Add($"</g>");
    }

    /// <summary>Draws a cell without a result.</summary>
    public static void DrawMissing(SvgDocument svg, CellPlace place, string hover) =>
        svg.Add($"<g class=\"missing\"><title>{hover}</title><rect x=\"{place.X}\" y=\"{place.Y}\" width=\"{place.Width}\" height=\"{place.Height}\" fill=\"#f4f1ea\" stroke=\"{Frame}\" stroke-width=\"0.5\"/><path d=\"{Hatching(place)}\" fill=\"none\" stroke=\"#b08d57\" stroke-width=\"1\"/></g>");

    /// <summary>0 and 1 are exact, everything between is not: .99 does not become 1.</summary>
    private static string Text(double share) => share switch
    {
        0 => "0",
        1 => "1",
        _ => Math.Clamp(share, 0.01, 0.99).ToString(".00", CultureInfo.InvariantCulture),
    };

    /// <summary>Lines at 45° that end at the rectangle. A pattern would need an id, and a page may hold many maps.</summary>
    private static string Hatching(CellPlace place)
    {
        var path = new StringBuilder();
        for (double start = HatchDistance / 2; start < place.Width + place.Height; start += HatchDistance)
        {
            (double x1, double y1) = start <= place.Height ? (0, start) : (start - place.Height, place.Height);
            (double x2, double y2) = start <= place.Width ? (start, 0) : (place.Width, start - place.Width);
            path.Append(CultureInfo.InvariantCulture, $"M{place.X + x1:0.##} {place.Y + y1:0.##}L{place.X + x2:0.##} {place.Y + y2:0.##}");
        }

        return path.ToString();
    }
}
