namespace PatchMoE.Reports.Charts;

/// <summary>How wide a text is at most: the reader's font is not known, so this counts in the letters of DejaVu Sans, the widest of the usual ones.</summary>
internal static class TextWidth
{
    /// <summary>The size of letters where nothing else is said.</summary>
    public const double Size = 12;

    private const string Ellipsis = "…";

    /// <summary>The width in pixels.</summary>
    public static double Of(string text, double size = Size) => text.EnumerateRunes().Sum(rune => Em(rune.Value)) * size;

    /// <summary>The text, or its beginning and an ellipsis, so that it fits.</summary>
    public static string Fit(string text, double width, double size = Size)
    {
        if (Of(text, size) <= width)
        {
            return text;
        }

        int length = text.Length;
        while (length > 0 && Of(text[..length] + Ellipsis, size) > width)
        {
            length--;
        }

        return length > 0 && char.IsHighSurrogate(text[length - 1]) ? text[..(length - 1)] + Ellipsis : text[..length] + Ellipsis;
    }

    /// <summary>The text in lines that fit, broken at spaces; a word that is too long is cut.</summary>
    public static IReadOnlyList<string> Wrap(string text, double width, double size = Size)
    {
        var lines = new List<string>();
        foreach (string word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (lines.Count > 0 && Of($"{lines[^1]} {word}", size) <= width)
            {
                lines[^1] += $" {word}";
            }
            else
            {
                lines.Add(Fit(word, width, size));
            }
        }

        return lines;
    }

    private static double Em(int rune) => rune switch
    {
        ' ' or '.' or ',' or ':' or ';' or '\'' or '|' or 'i' or 'j' or 'l' or 'I' => 0.34,
        'f' or 't' or 'r' or '(' or ')' or '[' or ']' or '-' or '/' => 0.42,
        'm' or 'w' or 'M' or 'W' or '%' or '@' or '…' or '±' or '×' or '+' or '=' or '<' or '>' or '~' => 1,
        >= 'A' and <= 'Z' => 0.76,
        < 0x2000 => 0.64,
        _ => 1,
    };
}
