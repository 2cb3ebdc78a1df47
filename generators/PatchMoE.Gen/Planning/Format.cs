using System.Globalization;

namespace PatchMoE.Gen.Planning;

/// <summary>Formats numbers for emitted code and its comments.</summary>
internal static class Format
{
    /// <summary>1234567 → 1,234,567 (for comments).</summary>
    public static string Count(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary><c>start + index * step + …</c> without needless terms; start is a name or a number.</summary>
    public static string Offset(string start, params Term[] terms)
    {
        var parts = new List<string>();
        if (start != "0")
        {
            parts.Add(start);
        }

        foreach (Term term in terms)
        {
            if (term.Step != "0" && term.Index != "0")
            {
                string index = term.Index.Contains(' ') ? $"({term.Index})" : term.Index;
                parts.Add(term.Step == "1" ? index : $"{index} * {term.Step}");
            }
        }

        return parts.Count switch
        {
            0 => "0",
            1 => parts[0],
            _ => string.Join(" + ", parts.Select(part => part.Contains(" * ") ? $"({part})" : part)),
        };
    }

    /// <summary>A reference that many values behind <paramref name="array"/>.</summary>
    public static string At(string array, string start, params Term[] terms)
    {
        string offset = Offset(start, terms);
        return offset == "0" ? $"ref {array}" : $"ref Add(ref {array}, {offset})";
    }

    /// <summary>Where vector <paramref name="column"/> of a tile begins.</summary>
    public static string Lane(int column) => column switch { 0 => "0", 1 => "S.Lanes", _ => $"{column} * S.Lanes" };

    /// <summary>1 sum, 2 sums.</summary>
    public static string Plural(int count, string noun) => count == 1 ? $"1 {noun}" : $"{count} {noun}s";
}

/// <summary>A term of an offset: an index times a step, a name or a number.</summary>
/// <param name="Index">The index.</param>
/// <param name="Step">What it is multiplied by.</param>
internal readonly record struct Term(string Index, string Step)
{
    public static implicit operator Term((string Index, int Step) term) => new(term.Index, term.Step.ToString(CultureInfo.InvariantCulture));

    public static implicit operator Term((string Index, string Step) term) => new(term.Index, term.Step);
}
