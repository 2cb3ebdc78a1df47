using System.Text.RegularExpressions;

namespace PatchMoE.Text;

/// <summary>The words that no token of cl100k_base crosses.</summary>
internal static partial class BpeWords
{
    [GeneratedRegex(
        @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+", RegexOptions.CultureInvariant)]
    public static partial Regex Pattern();
}
