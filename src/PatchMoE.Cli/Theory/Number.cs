using System.Globalization;

namespace PatchMoE.Cli.Theory;

/// <summary>Numbers in the tables and sentences.</summary>
internal static class Number
{
    /// <summary>Three digits, with an exponent where there would be many zeros: <c>0.0439</c>, <c>16</c>, <c>4.29e9</c>.</summary>
    public static string Short(double value) => value is 0 or (>= 1e-3 and < 1e5)
        ? value.ToString(value >= 1000 ? "0" : "G3", CultureInfo.InvariantCulture)
        : value.ToString("0.##e0", CultureInfo.InvariantCulture);

    /// <summary>A share: <c>0.9530</c>.</summary>
    public static string Share(double value) => value.ToString("0.0000", CultureInfo.InvariantCulture);

    /// <summary>A multiple: <c>0.62x</c>.</summary>
    public static string Times(double value) => string.Create(CultureInfo.InvariantCulture, $"{value:0.00}x");
}
