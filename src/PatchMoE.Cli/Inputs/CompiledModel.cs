using System.Collections.Concurrent;
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
    public static IPatchMoEModel Load(PatchMoESpec spec) => (IPatchMoEModel)Activator.CreateInstance(Class(spec).Value)!;

    /// <summary>
    /// Begins to compile a valid spec, where another process does it: meanwhile this one reads data, and <see cref="Load"/> waits for what is left. If it fails, <see cref="Load"/> tells.
    /// </summary>
    public static void Begin(PatchMoESpec spec)
    {
        if (ThisProgram.IsRunning)
        {
            Lazy<Type> compiled = Class(spec);
            new Thread(() =>
            {
                try
                {
                    _ = compiled.Value;
                }
                catch (Exception)
                {
                    // Kept by the lazy value, which throws it to whoever needs the model.
                }
            }) { IsBackground = true }.Start();
        }
    }

    private static Lazy<Type> Class(PatchMoESpec spec) => s_classes.GetOrAdd(SpecWriter.ModelToJson(spec), _ => new(() => Compile(spec)));

    private static Type Compile(PatchMoESpec spec)
    {
        AssemblyCache? cache = AssemblyCache.ForUser();
        if (cache is not null && !PatchMoECompiler.IsCached(spec, cache))
        {
            // If that process cannot be started or fails, this one compiles, and reports what is wrong.
            OtherProcess.TryRun([CommandName], SpecWriter.ModelToJson(spec));
        }

        return PatchMoECompiler.Compile(spec, cache).GetType();
    }
}
