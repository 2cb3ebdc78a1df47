using System.Globalization;

namespace PatchMoE.Reports.Charts;

/// <summary>Numbers as people read them.</summary>
internal static class NumberText
{
    private const string Superscripts = "⁰¹²³⁴⁵⁶⁷⁸⁹";

    /// <summary>At most six significant digits, in groups of three before the point; large and tiny numbers with a power of ten.</summary>
    public static string Of(double value)
    {
        double size = Math.Abs(value);
        if (size is 0)
        {
            return "0";
        }

        if (size is >= 1e-3 and < 1e6 || !double.IsFinite(value))
        {
            int decimals = !double.IsFinite(value) ? 0 : Math.Clamp(5 - (int)Math.Floor(Math.Log10(size)), 0, 8);
            return Grouped(value, "0." + new string('#', decimals));
        }

        // Rounded first: 9,999,900 is 10⁷, not 10·10⁶.
        string[] parts = value.ToString("0.##e+0", CultureInfo.InvariantCulture).Split('e');
        (string factor, int power) = (parts[0].Replace('-', '−'), int.Parse(parts[1], CultureInfo.InvariantCulture));
        string tens = "10" + (power < 0 ? "⁻" : "") + string.Concat(Math.Abs(power).ToString(CultureInfo.InvariantCulture).Select(digit => Superscripts[digit - '0']));
        return factor switch { "1" => tens, "−1" => "−" + tens, _ => $"{factor}·{tens}" };
    }

    /// <summary>A count in full.</summary>
    public static string Count(double value) => Grouped(value, "0");

    /// <summary>A comma between groups of three, from five digits on: 1000, 10,000.</summary>
    private static string Grouped(double value, string format) =>
        value.ToString(Math.Abs(value) < 1e4 ? format : "#," + format, CultureInfo.InvariantCulture).Replace('-', '−');
}
