using System.Globalization;

namespace PatchMoE.Gen.Emission.Ilgpu;

/// <summary>Prints index arithmetic without steps that change nothing: no division by 1, no addition of 0.</summary>
internal static class Index
{
    /// <summary>index · size.</summary>
    public static string Times(string index, long size) =>
        index == "0" || size == 0 ? "0" : size == 1 ? index : index == "1" ? Number(size) : $"{Factor(index)} * {Number(size)}";

    /// <summary>index / size, for an index that is not negative.</summary>
    public static string Over(string index, long size) => index == "0" || size == 1 ? index : $"{Factor(index)} / {Number(size)}";

    /// <summary>index mod size, for an index that is not negative.</summary>
    public static string Modulo(string index, long size) => index == "0" || size == 1 ? "0" : $"{Factor(index)} % {Number(size)}";

    /// <summary>The sum of terms.</summary>
    public static string Plus(params string[] terms)
    {
        string[] some = [.. terms.Where(term => term is not ("0" or ""))];
        return some.Length switch
        {
            0 => "0",
            1 => some[0],
            _ => string.Join(" + ", some.Select(term => IsProduct(term) ? $"({term})" : term)),
        };
    }

    /// <summary>A number.</summary>
    public static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);

    /// <summary>An index that a tile's rest would leave, kept inside: its result is computed twice and written once.</summary>
    public static string Inside(string index, int count, bool exact) => exact || index == "0" ? index : $"Math.Min({index}, {count - 1})";

    /// <summary>The groups that a count of units needs.</summary>
    public static string Blocks(string count, int size) => size == 1 ? count : $"({Plus(count, Number(size - 1))}) / {Number(size)}";

    /// <summary>In parentheses if it is more than a name, a call or an index.</summary>
    private static string Factor(string index) => Splits(index, " ") ? $"({index})" : index;

    private static bool IsProduct(string term) => Splits(term, " ") && !Splits(term, " + ");

    /// <summary>Whether a text stands in it outside all parentheses.</summary>
    private static bool Splits(string text, string part)
    {
        int depth = 0;
        for (int i = 0; i < text.Length; i++)
        {
            depth += text[i] is '(' or '[' ? 1 : text[i] is ')' or ']' ? -1 : 0;
            if (depth == 0 && string.CompareOrdinal(text, i, part, 0, part.Length) == 0)
            {
                return true;
            }
        }

        return false;
    }
}
