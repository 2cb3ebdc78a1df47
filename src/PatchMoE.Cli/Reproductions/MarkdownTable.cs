using System.Text;

namespace PatchMoE.Cli.Reproductions;

/// <summary>A table of texts as Markdown.</summary>
internal static class MarkdownTable
{
    /// <summary>Writes it.</summary>
    /// <param name="header">The headings.</param>
    /// <param name="rows">The rows, each as long as the header.</param>
    public static string Of(IReadOnlyList<string> header, IEnumerable<IReadOnlyList<string>> rows)
    {
        var text = new StringBuilder();
        Row(text, header);
        Row(text, [.. header.Select(_ => "---")]);
        foreach (IReadOnlyList<string> row in rows)
        {
            Row(text, row);
        }

        return text.ToString();
    }

    private static void Row(StringBuilder text, IReadOnlyList<string> cells) => text.Append("| ").AppendJoin(" | ", cells).Append(" |\n");
}
