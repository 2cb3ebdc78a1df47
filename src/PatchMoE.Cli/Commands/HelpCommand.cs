using System.CommandLine;
using PatchMoE.Cli.Help;
using PatchMoE.Cli.Outputs;

namespace PatchMoE.Cli.Commands;

/// <summary><c>pmoe help COMMAND</c>: the same as <c>pmoe COMMAND --help</c>.</summary>
internal static class HelpCommand
{
    /// <param name="context">Where mistakes go.</param>
    /// <param name="root">The table of commands, complete when the command runs.</param>
    public static Command Create(CommandContext context, RootCommand root)
    {
        var name = new Argument<string?>("COMMAND") { Description = "The command. [default: all of them]", Arity = ArgumentArity.ZeroOrOne };
        name.CompletionSources.Add(_ => root.Subcommands.Where(command => !command.Hidden).Select(command => new System.CommandLine.Completions.CompletionItem(command.Name)));
        var help = new Command("help", "Explain a command.") { name };
        help.SetAction(parsed =>
        {
            string? wanted = parsed.GetValue(name);
            if (wanted is not null && root.Subcommands.All(command => command.Name != wanted))
            {
                context.Error.WriteLine($"error: {UsageMistakes.UnknownCommand(wanted, root)}");
                context.Error.WriteLine("See 'pmoe --help'.");
                return ExitCode.Usage;
            }

            return root.Parse(wanted is null ? ["--help"] : [wanted, "--help"]).Invoke(parsed.InvocationConfiguration);
        });
        return help;
    }
}
