using System.Text;

namespace PatchMoE.Tests.Docs;

/// <summary>A documented call of the command.</summary>
/// <param name="Place">Document and line.</param>
/// <param name="Line">The line.</param>
/// <param name="Arguments">What follows <c>pmoe</c>.</param>
/// <param name="IsWhole">Whether all arguments are there: a line of a block without an ellipsis, not a mention in running text.</param>
public sealed record DocumentedCommand(string Place, string Line, string[] Arguments, bool IsWhole)
{
    public override string ToString() => $"{Place} {Line}";
}

/// <summary>Finds the calls of <c>pmoe</c> in the documents.</summary>
internal static class CommandLines
{
    private const string FromSource = "dotnet run --project src/PatchMoE.Cli -c Release -- ";
    private const string Installed = "pmoe ";
    private const string Ellipsis = "…";

    /// <summary>All of them.</summary>
    public static IEnumerable<DocumentedCommand> All => OfBlocks.Concat(OfRunningText);

    private static IEnumerable<DocumentedCommand> OfBlocks => DocumentFiles.Blocks
        .Where(block => block.Language is "" or "bash" or "sh" or "console")
        .SelectMany(block => block.Text.Replace("\\\n", " ", StringComparison.Ordinal).Split('\n').Select((line, i) => ($"{block.File}:{block.Line + i}", line)))
        .SelectMany(line => Calls(line.Item1, line.line, isWhole: true));

    private static IEnumerable<DocumentedCommand> OfRunningText =>
        DocumentFiles.InlineCode.SelectMany(code => Calls($"{code.File}:{code.Line}", code.Code, isWhole: false));

    /// <summary>The words after <c>pmoe</c>, also where it is run from source; null for another program.</summary>
    public static string[]? Arguments(string command) => command.StartsWith(FromSource, StringComparison.Ordinal) ? Words(command[FromSource.Length..])
        : command.StartsWith(Installed, StringComparison.Ordinal) ? Words(command[Installed.Length..])
        : null;

    private static IEnumerable<DocumentedCommand> Calls(string place, string line, bool isWhole)
    {
        // One line may hold several commands.
        foreach (string part in line.Split("&&"))
        {
            string command = part.Trim();
            if (Arguments(command) is { Length: > 0 } words && !words[0].StartsWith(Ellipsis, StringComparison.Ordinal))
            {
                string[] given = [.. words.Where(word => word != Ellipsis)];
                yield return new DocumentedCommand(place, command, given, isWhole && given.Length == words.Length);
            }
        }
    }

    /// <summary>The words as a shell would see them, up to a comment, a pipe or a redirection.</summary>
    private static string[] Words(string text)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        char quote = '\0';
        bool isWord = false;
        foreach (char letter in text)
        {
            if (quote != '\0' ? letter == quote : letter is '\'' or '"')
            {
                (quote, isWord) = (quote == '\0' ? letter : '\0', true);
            }
            else if (quote == '\0' && letter is '|' or '>' or '<' or ';' || (quote == '\0' && letter == '#' && !isWord))
            {
                break;
            }
            else if (quote == '\0' && letter == ' ')
            {
                End();
            }
            else
            {
                word.Append(letter);
                isWord = true;
            }
        }

        End();
        return [.. words];

        void End()
        {
            if (isWord)
            {
                words.Add(word.ToString());
            }

            word.Clear();
            isWord = false;
        }
    }
}
