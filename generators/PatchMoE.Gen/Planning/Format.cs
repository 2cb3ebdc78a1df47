using System.Globalization;

namespace PatchMoE.Gen.Planning;

/// <summary>Numbers in words.</summary>
internal static class Format
{
    /// <summary>1234567 → 1,234,567 (for comments).</summary>
    public static string Count(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>The fewest digits that give the same number: 0.1, 1E-05; a number of C#, too.</summary>
    public static string Number(double value) => ObjectWriter.Shortest(value);

    /// <summary>1 sum, 2 sums.</summary>
    public static string Plural(int count, string noun) => count == 1 ? $"1 {noun}" : $"{count} {noun}s";
}
