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
        if (size is 0 or (>= 1e-3 and < 1e6) || !double.IsFinite(value))
        {
            int decimals = size is 0 || !double.IsFinite(value) ? 0 : Math.Clamp(5 - (int)Math.Floor(Math.Log10(size)), 0, 8);
            string text = value.ToString("#,0." + new string('#', decimals), CultureInfo.InvariantCulture);

            // A group of three needs a comma only from five digits: 1000, 10,000.
            return (size < 1e4 ? text.Replace(",", "", StringComparison.Ordinal) : text).Replace('-', '−');
        }

        int power = (int)Math.Floor(Math.Log10(size));
        double factor = value / Math.Pow(10, power);
        string tens = "10" + (power < 0 ? "⁻" : "") + string.Concat(Math.Abs(power).ToString(CultureInfo.InvariantCulture).Select(digit => Superscripts[digit - '0']));
        string factorText = factor.ToString("0.##", CultureInfo.InvariantCulture).Replace('-', '−');
        return factorText switch { "1" => tens, "−1" => "−" + tens, _ => $"{factorText}·{tens}" };
    }
}
