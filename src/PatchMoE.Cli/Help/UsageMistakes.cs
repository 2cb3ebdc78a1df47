using System.CommandLine;
using System.CommandLine.Parsing;

namespace PatchMoE.Cli.Help;

/// <summary>What is wrong with a command line, in the words of who wrote it: a misspelt option is one mistake, not an unknown option, a stray value and a missing argument.</summary>
internal static class UsageMistakes
{
    /// <summary>The mistakes; none if the line can be executed.</summary>
    public static IReadOnlyList<string> Of(ParseResult parsed)
    {
        Command command = parsed.CommandResult.Command;
        string[] unknown = [.. UnknownOptions(parsed)];
        if (unknown.Length > 0)
        {
            string of = command is RootCommand ? "pmoe" : $"pmoe {command.Name}";
            return [.. unknown.Select(option => $"there is no option '{option}' of '{of}'.{Suggestion(option, OptionsOf(parsed).Select(one => one.Name))}")];
        }

        if (parsed.Errors.Count > 0 && command is RootCommand && parsed.UnmatchedTokens is [var name, ..])
        {
            return [UnknownCommand(name, command)];
        }

        return [.. parsed.Errors.Select(error => error.Message).Distinct()];
    }

    /// <summary>That a command does not exist, and which was perhaps meant.</summary>
    public static string UnknownCommand(string name, Command root) =>
        $"there is no command '{name}'.{Suggestion(name, root.Subcommands.Where(command => !command.Hidden).Select(command => command.Name))}";

    /// <summary>The options that the command line can name.</summary>
    private static IEnumerable<Option> OptionsOf(ParseResult parsed)
    {
        Command command = parsed.CommandResult.Command;
        Command root = parsed.RootCommandResult.Command;
        return command.Options.Concat(command == root ? [] : root.Options.Where(option => option.Recursive)).Where(option => !option.Hidden);
    }

    /// <summary>
    /// Values of arguments, and stray words, that begin like options: a file of such a name can be written as ./--name, or after --. Values of options may begin so, as in
    /// <c>--sbatch=--partition=cpu</c>.
    /// </summary>
    private static IEnumerable<string> UnknownOptions(ParseResult parsed)
    {
        HashSet<string> values = [.. parsed.CommandResult.Children.OfType<ArgumentResult>().SelectMany(argument => argument.Tokens).Select(token => token.Value), .. parsed.UnmatchedTokens];
        return parsed.Tokens
            .TakeWhile(token => token.Type != TokenType.DoubleDash)
            .Where(token => token.Type == TokenType.Argument && LooksLikeAnOption(token.Value) && values.Contains(token.Value))
            .Select(token => token.Value.Split('=', ':')[0])
            .Distinct();
    }

    private static bool LooksLikeAnOption(string token) =>
        (token.Length > 2 && token.StartsWith("--", StringComparison.Ordinal)) || (token.Length == 2 && token[0] == '-' && char.IsAsciiLetter(token[1]));

    private static string Suggestion(string word, IEnumerable<string> known) => Spelling.Nearest(word, known) is { } nearest ? $" Did you mean '{nearest}'?" : "";
}
