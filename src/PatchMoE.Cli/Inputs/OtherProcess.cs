using System.Diagnostics;
using System.Reflection;

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
        if (Assembly.GetEntryAssembly() != typeof(OtherProcess).Assembly || Environment.ProcessPath is not { } program)
        {
            return null;
        }

        string[] host = Path.GetFileNameWithoutExtension(program) == "dotnet" ? [typeof(OtherProcess).Assembly.Location] : [];
        var start = new ProcessStartInfo(program, [.. host, .. arguments])
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
