using System.Diagnostics;

namespace PatchMoE.Tests.Determinism;

/// <summary>This program as another process, which calls <c>pmoe</c> several times: to start it costs more than what is trained here.</summary>
internal static class SecondProcess
{
    private const char Separator = '\t';

    /// <summary>Start information for calls, one after another.</summary>
    /// <param name="file">A file to write them to.</param>
    /// <param name="calls">The arguments of each.</param>
    public static ProcessStartInfo Start(string file, IEnumerable<string[]> calls)
    {
        File.WriteAllLines(file, calls.Select(arguments => string.Join(Separator, arguments)));
        return new ProcessStartInfo("dotnet", ["exec", typeof(SecondProcess).Assembly.Location, file]) { RedirectStandardOutput = true, RedirectStandardError = true };
    }

    /// <summary>Makes the calls of a file.</summary>
    /// <returns>The exit code of the first that failed, or 0.</returns>
    private static int Main(string[] arguments) => File.ReadLines(arguments.Single())
        .Select(line => PatchMoE.Cli.Program.Run(line.Split(Separator), Console.Out, Console.Error))
        .FirstOrDefault(exitCode => exitCode != 0);
}
