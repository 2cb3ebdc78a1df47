using System.Globalization;

namespace PatchMoE;

/// <summary>Shows a user's text inside a message: short, and without characters that would change a terminal.</summary>
internal static class Excerpt
{
    private const int MaximumLength = 60;

    /// <summary>The text, truncated if it is long, its control characters written as \uXXXX.</summary>
    public static string Of(string text)
    {
        // A cut between the two halves of a surrogate pair would leave half a character.
        int length = text.Length <= MaximumLength ? text.Length : MaximumLength - (char.IsHighSurrogate(text[MaximumLength - 1]) ? 1 : 0);
        string shown = string.Concat(text.Take(length).Select(Escaped));
        return length < text.Length ? shown + "..." : shown;
    }

    /// <summary>One character in quotes.</summary>
    public static string Character(char c) => $"'{(char.IsSurrogate(c) ? Code(c) : Escaped(c))}'";

    /// <summary>Describes a node, for "expected …, found …".</summary>
    public static string Of(SpecNode node) => node switch
    {
        SpecObject => "an object",
        SpecArray => "an array",
        SpecNumber number => $"the number {Of(number.Text)}",
        SpecString text => $"the text '{Of(text.Value)}'",
        SpecBoolean boolean => boolean.Value ? "true" : "false",
        _ => "null",
    };

    /// <summary>Names in quotes: 'a', 'b' and 'c'.</summary>
    public static string List(IReadOnlyList<string> names)
    {
        string[] quoted = [.. names.Select(name => $"'{name}'")];
        return quoted.Length < 2
            ? string.Concat(quoted)
            : $"{string.Join(", ", quoted, 0, quoted.Length - 1)} and {quoted[quoted.Length - 1]}";
    }

    private static string Escaped(char c) =>
        char.IsControl(c) || char.GetUnicodeCategory(c) is UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
            ? Code(c)
            : c.ToString();

    private static string Code(char c) => $"\\u{((int)c).ToString("X4", CultureInfo.InvariantCulture)}";
}
