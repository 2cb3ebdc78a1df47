using System.Text.RegularExpressions;

namespace PatchMoE.Tests.Docs;

/// <summary>
/// All lines for a terminal in the documents: of blocks without a language (what a program prints, a tree of folders or a drawing is in a block of <c>text</c>), and those in running text
/// that begin with a program and go on.
/// </summary>
internal static partial class ShellLines
{
    private static readonly string[] s_languages = ["", "bash", "sh", "console"];

    /// <summary>All of them, document by document in the order of their lines.</summary>
    public static IReadOnlyList<ShellLine> All { get; } =
        [.. DocumentFiles.All.SelectMany(file => OfBlocks.Concat(OfRunningText).Where(line => line.File == file).OrderBy(line => line.Line))];

    private static IEnumerable<ShellLine> OfBlocks => DocumentFiles.Blocks
        .Where(block => s_languages.Contains(block.Language))
        .SelectMany(block => block.Text.Split('\n').Select((line, i) => new ShellLine(block.File, block.Line + i, WithoutComment(line), IsMention: false)))
        .Where(line => line.Text.Length > 0);

    private static IEnumerable<ShellLine> OfRunningText => DocumentFiles.InlineCode
        .Where(code => Call().IsMatch(code.Code))
        .Select(code => new ShellLine(code.File, code.Line, WithoutComment(code.Code), IsMention: true));

    private static string WithoutComment(string line) => Comment().Replace(line, "").Trim();

    [GeneratedRegex(@"(^|\s)# .*$")]
    private static partial Regex Comment();

    /// <summary>A program with an argument, or a script.</summary>
    [GeneratedRegex(@"^([A-Z_]+=\S+ )*(((pmoe|dotnet|mpirun|srun|sbatch|apt|apt-get|pip|python3|cc|curl|tar|cd|cp|export|docker|kubectl) \S)|((\./)?[\w./-]+\.sh\b)|\.ci/run$)")]
    private static partial Regex Call();
}
