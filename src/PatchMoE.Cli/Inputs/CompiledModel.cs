using System.Collections.Concurrent;
using System.Diagnostics;
using PatchMoE.Compiler;

namespace PatchMoE.Cli.Inputs;

/// <summary>
/// Compiles specs for the CPU, each network once in this process. The C# compiler leaves about 100 MB behind in the process that it runs in, so what is
/// not in the cache yet is compiled into it by a separate process.
/// </summary>
internal static class CompiledModel
{
    /// <summary>The command that compiles the network on standard input.</summary>
    public const string CommandName = "compile";

    private static readonly ConcurrentDictionary<string, Lazy<Type>> s_classes = new();

    /// <summary>A new model of a valid spec; its weights are 0.</summary>
    public static IPatchMoEModel Load(PatchMoESpec spec) =>
        (IPatchMoEModel)Activator.CreateInstance(s_classes.GetOrAdd(SpecWriter.ModelToJson(spec), _ => new(() => Compile(spec))).Value)!;

    private static Type Compile(PatchMoESpec spec)
    {
        AssemblyCache? cache = AssemblyCache.ForUser();
        if (cache is not null && !PatchMoECompiler.IsCached(spec, cache))
        {
            TryCompileInOtherProcess(spec);
        }

        return PatchMoECompiler.Compile(spec, cache).GetType();
    }

    /// <summary>If the other process cannot be started or fails, this one compiles, and reports what is wrong.</summary>
    private static void TryCompileInOtherProcess(PatchMoESpec spec)
    {
        // Inside another program, such as a test, there is no pmoe to start.
        if (!ThisProgram.IsRunning)
        {
            return;
        }

        IReadOnlyList<string> program = ThisProgram.Command;
        var start = new ProcessStartInfo(program[0], [.. program.Skip(1), CommandName])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        try
        {
            using Process compiler = Process.Start(start)!;
            compiler.ErrorDataReceived += (_, _) => { };
            compiler.BeginErrorReadLine();
            compiler.StandardInput.Write(SpecWriter.ModelToJson(spec));
            compiler.StandardInput.Close();
            compiler.StandardOutput.ReadToEnd();
            compiler.WaitForExit();
        }
        catch (Exception failure) when (failure is IOException or System.ComponentModel.Win32Exception)
        {
        }
    }
}
