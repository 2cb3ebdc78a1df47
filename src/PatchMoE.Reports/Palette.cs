namespace PatchMoE.Reports;

/// <summary>Colours that can be told apart with any colour vision (Okabe and Ito, 2008).</summary>
internal static class Palette
{
    public const string Ink = "#1f2933";
    public const string Muted = "#5f6b7a";
    public const string Grid = "#e3e7ec";
    public const string Wrong = "#b3261e";

    // Yellow and grey come last: the former is weak on white, the latter on dark pixels.
    private static readonly string[] Colours =
        ["#e69f00", "#56b4e9", "#009e73", "#d55e00", "#cc79a7", "#0072b2", "#f0e442", "#9aa5b1"];

    /// <summary>The colour of expert or series <paramref name="index"/>; they repeat after eight.</summary>
    public static string Colour(int index) => Colours[index % Colours.Length];

    /// <summary>The dash pattern that distinguishes an expert from the one eight before it; empty for the first eight.</summary>
    public static string Dash(int index) => index < Colours.Length ? "" : $" stroke-dasharray=\"{1 + (index / Colours.Length)} 2\"";
}
