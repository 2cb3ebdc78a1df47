using System.CommandLine;
using System.CommandLine.Help;
using PatchMoE.Cli.Commands;
using PatchMoE.Cli.Help;
using PatchMoE.Cli.Outputs;

namespace PatchMoE.Cli;

/// <summary>The table of commands, and how a wrong or failing command line is reported.</summary>
internal sealed class CommandLine
{
    private readonly CommandContext _context;
    private readonly RootCommand _root = new("Checks, compiles, runs and trains patch-level mixture-of-experts networks.");
    private readonly Option<bool> _debug = new("--debug") { Description = "Show the stack trace of a failure.", Recursive = true };

    public CommandLine(CommandContext context)
    {
        _context = context;
        _root.Options.Add(_debug);
        foreach (Command command in (Command[])
        [
            NewCommand.Create(context),
            CheckCommand.Create(context),
            EmitCommand.Create(context),
            InitCommand.Create(context),
            RunCommand.Create(context),
            TrainCommand.Create(context),
            EvalCommand.Create(context),
            PredictCommand.Create(context),
            RouteCommand.Create(context),
            ExportCommand.Create(context),
            PublishCommand.Create(context),
            CompareCommand.Create(context),
            CostCommand.Create(context),
            TheoryCommand.Create(context),
            SweepCommand.Create(context),
            ReproduceCommand.Create(context),
            BenchCommand.Create(context),
            BackendsCommand.Create(context),
            HelpCommand.Create(context, _root),
            CompletionCommand.Create(context, _root),
            CompileCommand.Create(context),
            FootprintCommand.Create(context),
        ])
        {
            _root.Subcommands.Add(command);
        }

        HelpOption help = _root.Options.OfType<HelpOption>().Single();
        help.Action = new HelpWithExamples((HelpAction)help.Action!);
    }

    public int Run(string[] args)
    {
        var configuration = new InvocationConfiguration
        {
            Output = _context.Output,
            Error = _context.Error,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = null,
        };
        if (args.Length == 0)
        {
            configuration.Output = _context.Error;
            _root.Parse(["--help"]).Invoke(configuration);
            return ExitCode.Usage;
        }

        ParseResult parsed = Parse(args);
        return parsed.Action is HelpWithExamples ? Invoke(parsed, configuration)
            : UsageMistakes.Of(parsed) is { Count: > 0 } mistakes ? ReportUsage(parsed, mistakes)
            : Invoke(parsed, configuration);
    }

    /// <summary>Reads a command line without doing anything.</summary>
    /// <param name="args">The arguments after <c>pmoe</c>. A path may start with '@'.</param>
    internal ParseResult Parse(IReadOnlyList<string> args) => _root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });

    private int ReportUsage(ParseResult parsed, IReadOnlyList<string> mistakes)
    {
        foreach (string message in mistakes)
        {
            Report($"error: {message}");
        }

        Command command = parsed.CommandResult.Command;
        Report($"See '{(command == _root ? "pmoe" : $"pmoe {command.Name}")} --help'.");
        return ExitCode.Usage;
    }

    private int Invoke(ParseResult parsed, InvocationConfiguration configuration)
    {
        try
        {
            return parsed.Invoke(configuration);
        }
        catch (OperationCanceledException) when (_context.Cancellation.IsCancellationRequested)
        {
            Report(_context.InterruptText);
            return ExitCode.Interrupted;
        }
        catch (Exception failure)
        {
            Report(FailureText.Of(failure, parsed.GetValue(_debug)));
            return ExitCode.BadInput;
        }
    }

    private void Report(string message)
    {
        try
        {
            _context.Error.WriteLine(message);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // The error stream may be closed, a full disk or a closed pipe; the exit code still says that the command failed.
        }
    }
}
