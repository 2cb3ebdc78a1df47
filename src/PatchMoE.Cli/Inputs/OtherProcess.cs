using System.Diagnostics;

namespace PatchMoE.Cli.Inputs;

/// <summary>Starts <c>pmoe</c> again, for work that must not share this process's memory.</summary>
internal static class OtherProcess
{
    /// <summary>Runs a command to its end.</summary>
    /// <param name="arguments">The arguments after <c>pmoe</c>.</param>
    /// <param name="input">Its standard input.</param>
    /// <returns>
    /// Its standard output, without white space at its ends; null if it failed, or cannot be started: inside another program, such as a test, there is no pmoe to start.
    /// </returns>
    public static string? TryRun(IReadOnlyList<string> arguments, string input)
    {
        if (!ThisProgram.IsRunning)
        {
            return null;
        }

        IReadOnlyList<string> program = ThisProgram.Command;
        var start = new ProcessStartInfo(program[0], [.. program.Skip(1), .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        try
        {
            using Process process = Process.Start(start)!;
            process.ErrorDataReceived += (_, _) => { };
            process.BeginErrorReadLine();
            process.StandardInput.Write(input);
            process.StandardInput.Close();
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0 ? output.Trim() : null;
        }
        catch (Exception failure) when (failure is IOException or System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}
