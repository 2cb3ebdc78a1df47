namespace PatchMoE;

/// <summary>Finds the word that a user may have meant.</summary>
internal static class Spelling
{
    /// <summary>Longer words are not compared: the distance takes time proportional to the product of both lengths.</summary>
    private const int MaximumLength = 64;

    private const int ShortestPrefix = 4;

    /// <summary>The closest of the known words, or null if none is close.</summary>
    public static string? Nearest(string word, IEnumerable<string> known)
    {
        string plain = Plain(word);
        if (plain.Length == 0 || plain.Length > MaximumLength)
        {
            return null;
        }

        return known
            .Select(candidate => (Word: candidate, Distance: Distance(plain, Plain(candidate))))
            .Where(candidate => candidate.Distance <= 1 + (plain.Length / 4) || IsPrefix(plain, Plain(candidate.Word)))
            .OrderBy(candidate => candidate.Distance)
            .Select(candidate => candidate.Word)
            .FirstOrDefault();
    }

    /// <summary>The closest word in quotes, or "one of these".</summary>
    public static string Suggestion(string word, IEnumerable<string> known) => Suggestion(Nearest(word, known));

    /// <summary>A word that is close, in quotes; "one of these" if there is none.</summary>
    public static string Suggestion(string? nearest) => nearest is null ? "one of these" : $"'{nearest}'";

    /// <summary>A word that is close, as JSON writes it; null if there is none.</summary>
    public static string? Quoted(string? nearest) => nearest is null ? null : $"\"{nearest}\"";

    /// <summary>Learning_Rate and learningRate count as the same word.</summary>
    private static string Plain(string word) => word.Replace("_", "").Replace("-", "").ToLowerInvariant();

    private static bool IsPrefix(string a, string b) =>
        Math.Min(a.Length, b.Length) >= ShortestPrefix && (a.StartsWith(b, StringComparison.Ordinal) || b.StartsWith(a, StringComparison.Ordinal));

    /// <summary>The edit distance (Levenshtein, 1966): inserted, removed and replaced characters.</summary>
    private static int Distance(string a, string b)
    {
        int[] row = [.. Enumerable.Range(0, b.Length + 1)];
        for (int i = 1; i <= a.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, 1 + Math.Min(row[j], row[j - 1]));
            }
        }

        return row[b.Length];
    }
}
