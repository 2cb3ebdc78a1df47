using System.Runtime.InteropServices;
using PatchMoE.Cli.Outputs;

namespace PatchMoE.Cli;

/// <summary>The <c>pmoe</c> command.</summary>
public static class Program
{
    /// <summary>Runs the command as a process. The first Ctrl-C asks it to stop and keep its results so far, the second ends it.</summary>
    public static int Main(string[] args)
    {
        using var stop = new CancellationTokenSource();
        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = !stop.IsCancellationRequested;
            stop.Cancel();
        }

        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using var output = new StandardOutput();
        return Run(args, output, Console.Error, stop.Token);
    }

    /// <summary>Runs the command.</summary>
    /// <param name="args">The arguments after <c>pmoe</c>.</param>
    /// <param name="output">Where data go.</param>
    /// <param name="error">Where everything else goes.</param>
    /// <param name="cancellation">Stops it; the exit code is then 130.</param>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public static int Run(string[] args, TextWriter output, TextWriter error, CancellationToken cancellation = default) =>
        new CommandLine(new CommandContext(output, error, cancellation)).Run(args);
}
