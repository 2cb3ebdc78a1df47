using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace PatchMoE.Cli.Help;

/// <summary>The help of a command, and below it a few lines to copy.</summary>
internal sealed class HelpWithExamples(HelpAction help) : SynchronousCommandLineAction
{
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        int code = help.Invoke(parseResult);
        Write(parseResult.CommandResult.Command, parseResult.InvocationConfiguration.Output);
        return code;
    }

    private static void Write(Command command, TextWriter output)
    {
        output.WriteLine("Examples:");
        foreach (CommandExample example in CommandExamples.Of(command.Name))
        {
            output.WriteLine($"  # {example.About}");
            output.WriteLine($"  {example.Line}");
        }

        output.WriteLine();
    }
}
