using System.Diagnostics;

namespace PatchMoE.Tests;

/// <summary>Runs the command from a line of the shell, for pipes and redirections.</summary>
internal static class Shell
{
    /// <summary>Runs a script whose <c>"$@"</c> is the command.</summary>
    /// <param name="script">The line.</param>
    /// <param name="variable">An environment variable for it.</param>
    /// <param name="command">The command, see <see cref="Pmoe.StartInfo"/>.</param>
    public static Outcome Run(string script, (string Name, string Value) variable, ProcessStartInfo command)
    {
        string[] arguments = ["-c", script, "sh", command.FileName, .. command.ArgumentList];
        var start = new ProcessStartInfo("sh", arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment[variable.Name] = variable.Value;
        return Pmoe.Start(start);
    }
}
