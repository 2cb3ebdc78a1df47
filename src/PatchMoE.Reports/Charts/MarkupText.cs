using System.Globalization;
using System.Net;
using System.Text;
using System.Xml;

namespace PatchMoE.Reports.Charts;

/// <summary>Text of SVG and HTML: what is interpolated is escaped, and numbers are written as in every culture, with two decimals where no format is given.</summary>
internal static class MarkupText
{
    private static readonly Formatter s_formatter = new();

    /// <summary>Appends a line; the strings among its values are plain text.</summary>
    public static StringBuilder Escaped(this StringBuilder text, FormattableString line) => text.Append(line.ToString(s_formatter)).Append('\n');

    /// <summary>A text as it stands in an element or an attribute. Characters that no XML document may hold become �.</summary>
    public static string Escape(string text)
    {
        var clean = new StringBuilder(text.Length);
        foreach (Rune rune in text.EnumerateRunes())
        {
            clean.Append(rune.IsBmp && !XmlConvert.IsXmlChar((char)rune.Value) ? Rune.ReplacementChar : rune);
        }

        return WebUtility.HtmlEncode(clean.ToString());
    }

    private sealed class Formatter : IFormatProvider, ICustomFormatter
    {
        public object? GetFormat(Type? formatType) => formatType == typeof(ICustomFormatter) ? this : null;

        public string Format(string? format, object? arg, IFormatProvider? formatProvider) => arg switch
        {
            null => "",
            string text => Escape(text),
            double number => number.ToString(format ?? "0.##", CultureInfo.InvariantCulture),
            IFormattable value => value.ToString(format, CultureInfo.InvariantCulture),
            _ => Escape(arg.ToString() ?? ""),
        };
    }
}
