using System.Text.RegularExpressions;

namespace PatchMoE.Tests.Docs;

/// <summary>A block between fences.</summary>
/// <param name="File">The document, relative to the repository.</param>
/// <param name="Line">The number of its first line.</param>
/// <param name="Language">The word after the fence; empty for a terminal's lines.</param>
/// <param name="Prelude">The name in a comment <c>&lt;!-- prelude: NAME --&gt;</c> on the line above the fence; null for none.</param>
/// <param name="Text">Its lines.</param>
public sealed record DocumentBlock(string File, int Line, string Language, string? Prelude, string Text)
{
    public override string ToString() => $"{File}:{Line}";
}

/// <summary>The documents for users: README, CONTRIBUTING, docs, and the readmes of packages, benchmarks, samples, templates and data.</summary>
internal static partial class DocumentFiles
{
    public static IEnumerable<string> All
    {
        get
        {
            string[] folders = ["docs", "docs/diagnostics", .. Directory.GetDirectories(Path.Combine(Repository.Root, "src")).Select(folder => Path.GetRelativePath(Repository.Root, folder))];
            IEnumerable<string> pages = folders.SelectMany(folder => Directory.GetFiles(Path.Combine(Repository.Root, folder), "*.md"));
            IEnumerable<string> readmes = ((string[])["benchmarks", "samples", "templates", "data"])
                .SelectMany(folder => Directory.GetFiles(Path.Combine(Repository.Root, folder), "README.md", SearchOption.AllDirectories).Where(path => !IsBuilt(path)));
            return ((string[])["README.md", "CONTRIBUTING.md", .. pages.Concat(readmes).Select(path => Path.GetRelativePath(Repository.Root, path)).Order(StringComparer.Ordinal)])
                .Select(path => path.Replace('\\', '/'));
        }
    }

    /// <summary>The blocks of all documents.</summary>
    public static IEnumerable<DocumentBlock> Blocks => All.SelectMany(BlocksOf);

    /// <summary>The pieces of a document's running text that are set as code, with their lines.</summary>
    public static IEnumerable<(string File, int Line, string Code)> InlineCode => All.SelectMany(file =>
    {
        bool isFenced = false;
        return File.ReadLines(Path.Combine(Repository.Root, file)).SelectMany((line, i) =>
        {
            isFenced ^= line.StartsWith("```", StringComparison.Ordinal);
            return isFenced ? [] : Inline().Matches(line).Select(match => (file, i + 1, match.Groups[1].Value)).ToArray();
        });
    });

    private static bool IsBuilt(string path) => path.Split(Path.DirectorySeparatorChar).Any(folder => folder is "bin" or "obj" or "out");

    private static IEnumerable<DocumentBlock> BlocksOf(string file)
    {
        string[] lines = File.ReadAllLines(Path.Combine(Repository.Root, file));
        for (int i = 0; i < lines.Length; i++)
        {
            if (!lines[i].TrimStart().StartsWith("```", StringComparison.Ordinal))
            {
                continue;
            }

            int first = i + 1;
            int last = Array.FindIndex(lines, first, line => line.TrimStart().StartsWith("```", StringComparison.Ordinal));
            Match prelude = i > 0 ? Named().Match(lines[i - 1]) : Match.Empty;
            yield return new DocumentBlock(
                file, first + 1, lines[i].TrimStart()[3..], prelude.Success ? prelude.Groups[1].Value : null, string.Join('\n', lines[first..last]) + "\n");
            i = last;
        }
    }

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Inline();

    [GeneratedRegex("^<!-- prelude: ([a-z-]+) -->$")]
    private static partial Regex Named();
}
