using System.Reflection;

namespace PatchMoE.Cli.Inputs;

/// <summary>How to start <c>pmoe</c> again.</summary>
internal static class ThisProgram
{
    /// <summary>Whether this process is <c>pmoe</c>, and no other program that contains it, such as a test.</summary>
    public static bool IsRunning => Assembly.GetEntryAssembly() == typeof(ThisProgram).Assembly;

    /// <summary>The program and its first arguments; where <c>dotnet</c> runs it, <c>dotnet</c> and the assembly.</summary>
    public static IReadOnlyList<string> Command => IsRunning && Environment.ProcessPath is { } program && Path.GetFileNameWithoutExtension(program) != "dotnet"
        ? [program]
        : ["dotnet", Path.Combine(AppContext.BaseDirectory, $"{typeof(ThisProgram).Assembly.GetName().Name}.dll")];
}
