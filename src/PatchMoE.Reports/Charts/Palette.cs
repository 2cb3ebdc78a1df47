namespace PatchMoE.Reports.Charts;

/// <summary>Colours that can be told apart with any colour vision (Okabe and Ito, 2008).</summary>
internal static class Palette
{
    public const string Ink = "#1f2933";
    public const string Muted = "#5f6b7a";
    public const string Grid = "#e3e7ec";
    public const string Paper = "#ffffff";
    public const string Wrong = "#b3261e";

    // Yellow and grey come last: the former is weak on white, the latter on dark pixels.
    private static readonly string[] s_colours =
        ["#e69f00", "#56b4e9", "#009e73", "#d55e00", "#cc79a7", "#0072b2", "#f0e442", "#9aa5b1"];

    // Yellow lines would vanish on white.
    private const int Yellow = 6;
    private const string DarkYellow = "#a08c00";

    // The strongest first.
    private static readonly int[] s_seriesOrder = [5, 3, 2, 0, 4, 1, 7, Yellow];

    /// <summary>The colour of expert <paramref name="index"/> on pixels of any colour; they repeat after eight.</summary>
    public static string Colour(int index) => s_colours[index % s_colours.Length];

    /// <summary>The same colour as its parts, 0 to 255.</summary>
    public static (byte Red, byte Green, byte Blue) Rgb(int index)
    {
        byte[] parts = Convert.FromHexString(Colour(index)[1..]);
        return (parts[0], parts[1], parts[2]);
    }

    /// <summary>The same colour for lines and areas of charts, which stand on white or on a dark page.</summary>
    public static string Line(int index) => index % s_colours.Length == Yellow ? DarkYellow : Colour(index);

    /// <summary>The index of the colour of a chart's series at <paramref name="position"/>.</summary>
    public static int OfSeries(int position) => s_seriesOrder[position % s_seriesOrder.Length];

    /// <summary>The dash pattern that distinguishes an expert from the one eight before it; empty for the first eight.</summary>
    public static string Dash(int index) => index < s_colours.Length ? "" : $" stroke-dasharray=\"{1 + (index / s_colours.Length)} 2\"";
}
