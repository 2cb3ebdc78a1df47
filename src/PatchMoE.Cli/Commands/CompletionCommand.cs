using System.CommandLine;
using PatchMoE.Cli.Help;
using PatchMoE.Cli.Outputs;

namespace PatchMoE.Cli.Commands;

/// <summary><c>pmoe completion bash|zsh|pwsh</c>: a script that lets a shell complete commands and options.</summary>
internal static class CompletionCommand
{
    /// <param name="context">Where the script goes.</param>
    /// <param name="root">The table of commands, complete when the command runs.</param>
    public static Command Create(CommandContext context, RootCommand root)
    {
        var shell = new Argument<string>("SHELL") { Description = "The shell that is to read the script." };
        shell.AcceptOnlyFromAmong(CompletionScript.Bash, CompletionScript.Zsh, CompletionScript.PowerShell);
        var completion = new Command("completion", "Print a script that lets a shell complete commands and options.") { shell };
        completion.SetAction(parsed =>
        {
            context.Output.Write(CompletionScript.For(parsed.GetRequiredValue(shell), root));
            return ExitCode.Done;
        });
        return completion;
    }
}
