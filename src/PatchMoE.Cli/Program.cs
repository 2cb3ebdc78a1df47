using System.Runtime.InteropServices;
using PatchMoE.Cli.Outputs;
using PatchMoE.Cli.Processes;

namespace PatchMoE.Cli;

/// <summary>The <c>pmoe</c> command.</summary>
public static class Program
{
    // With the end of the process on a busy machine, two seconds.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1.2);

    /// <summary>
    /// Runs the command as a process. The first Ctrl-C asks it to stop and keep its results so far; the second, or the first more than a second later, ends it.
    /// Whoever sends SIGTERM instead, for example Slurm at the end of a job's time, waits longer.
    /// </summary>
    public static int Main(string[] args)
    {
        using var stop = new CancellationTokenSource();
        using var output = new StandardOutput();
        var context = new CommandContext(output, Console.Error, stop.Token);
        ProcessExit exit = ProcessExit.Find();
        using var deadline = new Timer(_ => GiveUp(context, exit));
        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = !stop.IsCancellationRequested;
            if (signal.Signal == PosixSignal.SIGINT)
            {
                deadline.Change(s_patience, Timeout.InfiniteTimeSpan);
            }

            stop.Cancel();
        }

        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        return new CommandLine(context).Run(args);
    }

    /// <summary>Runs the command.</summary>
    /// <param name="args">The arguments after <c>pmoe</c>.</param>
    /// <param name="output">Where data go.</param>
    /// <param name="error">Where everything else goes.</param>
    /// <param name="cancellation">Stops it; the exit code is then 130.</param>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public static int Run(string[] args, TextWriter output, TextWriter error, CancellationToken cancellation = default) =>
        new CommandLine(new CommandContext(output, error, cancellation)).Run(args);

    /// <summary>Ends the process in the middle of a long pass: files are replaced as a whole, so those that are there are good.</summary>
    private static void GiveUp(CommandContext context, ProcessExit exit)
    {
        // A progress bar hides the cursor and leaves it in the middle of a line.
        string below = context.IsWatched ? "\u001b[?25h\n" : "";
        context.Error.WriteLine(below + context.InterruptText);
        exit.Now(ExitCode.Interrupted);
    }
}
