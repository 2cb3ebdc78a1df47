using System.Diagnostics;

namespace PatchMoE.Tests;

/// <summary>The outcome of a call of <c>pmoe</c>.</summary>
internal sealed record Outcome(int ExitCode, string Output, string Error)
{
    public string[] OutputLines => Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    public string[] ErrorLines => Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);
}

/// <summary>Calls <c>pmoe</c>.</summary>
internal static class Pmoe
{
    /// <summary>In this process.</summary>
    public static Outcome Run(params string[] args) => Run(CancellationToken.None, args);

    /// <summary>In this process, with a token in place of Ctrl-C.</summary>
    public static Outcome Run(CancellationToken cancellation, params string[] args)
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var error = new StringWriter { NewLine = "\n" };
        int exitCode = PatchMoE.Cli.Program.Run(args, output, error, cancellation);
        return new Outcome(exitCode, output.ToString(), error.ToString());
    }

    /// <summary>Start information for the real command.</summary>
    public static ProcessStartInfo StartInfo(params string[] args) =>
        new("dotnet", [Path.Combine(TestContext.CurrentContext.TestDirectory, "pmoe.dll"), .. args]) { RedirectStandardOutput = true, RedirectStandardError = true };

    /// <summary>As a separate process.</summary>
    public static Outcome Start(ProcessStartInfo start)
    {
        using Process process = Process.Start(start)!;
        return Finish(process);
    }

    /// <summary>Waits for the end of a process.</summary>
    public static Outcome Finish(Process process)
    {
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        process.WaitForExit();
        return new Outcome(process.ExitCode, output.Result, error.Result);
    }
}
